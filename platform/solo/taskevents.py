"""Task events, with Nomad's types and sentences (recordings 036, 062, 067, 077)."""

from typing import Any

from solo.clock import duration, now_ns

_EMPTY: dict[str, Any] = {
    "DiskLimit": 0,
    "DownloadError": "",
    "DriverError": "",
    "DriverMessage": "",
    "ExitCode": 0,
    "FailedSibling": "",
    "FailsTask": False,
    "GenericSource": "",
    "KillError": "",
    "KillReason": "",
    "KillTimeout": 0,
    "Message": "",
    "RestartReason": "",
    "SetupError": "",
    "Signal": 0,
    "StartDelay": 0,
    "TaskSignal": "",
    "TaskSignalReason": "",
    "ValidationError": "",
    "VaultError": "",
}
KEPT = 10  # a task's state holds its last ten events


def event(kind: str, display: str, details: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    """One event, now."""
    return {
        **_EMPTY,
        "Type": kind,
        "Time": now_ns(),
        "DisplayMessage": display,
        "Details": details or {},
        **given,
    }


def received() -> dict[str, Any]:
    """The client knows of the task."""
    return event("Received", "Task received by client")


def setup(message: str = "Building Task Directory") -> dict[str, Any]:
    """A step of its setting up."""
    return event("Task Setup", message, {"message": message}, Message=message)


def started() -> dict[str, Any]:
    """It runs."""
    return event("Started", "Task started by client")


def terminated(code: int, signal: int, *, oom: bool, message: str = "") -> dict[str, Any]:
    """It ended, with this exit code or by this signal."""
    parts = [f"Exit Code: {code}"]
    if signal:
        parts.append(f"Signal: {signal}")
    if message:
        parts.append(f'Exit Message: "{message}"')
    details = {"exit_code": str(code), "signal": str(signal), "oom_killed": "true" if oom else "false"}
    if message:
        details["exit_message"] = message
    return event("Terminated", ", ".join(parts), details, ExitCode=code, Signal=signal, Message=message)


def restarting(reason: str, delay: int) -> dict[str, Any]:
    """It will be started again after `delay` nanoseconds."""
    details = {"restart_reason": reason, "start_delay": str(delay)}
    text = f"Task restarting in {duration(delay)}"
    return event("Restarting", text, details, RestartReason=reason, StartDelay=delay)


def not_restarting(reason: str) -> dict[str, Any]:
    """It stays failed."""
    details = {"restart_reason": reason, "fails_task": "true"}
    return event("Not Restarting", reason, details, RestartReason=reason, FailsTask=True)


def killing(timeout: int) -> dict[str, Any]:
    """It has been asked to end."""
    text = f"Sent interrupt. Waiting {duration(timeout)} before force killing"
    return event("Killing", text, {"kill_timeout": duration(timeout)}, KillTimeout=timeout)


def killing_because(text: str) -> dict[str, Any]:
    """It is ended because something it needs failed."""
    return event("Killing", text, {"fails_task": "true"}, FailsTask=True)


def killed() -> dict[str, Any]:
    """It ended as asked."""
    return event("Killed", "Task successfully killed")


def shutdown_delay(delay: int) -> dict[str, Any]:
    """It is out of the services and waits before it is stopped."""
    text = f"Waiting for shutdown_delay of {duration(delay)} before killing the task."
    return event("Waiting for shutdown delay", text, {})


def driver_failure(error: str) -> dict[str, Any]:
    """It could not be started."""
    return event("Driver Failure", error, {"driver_error": error}, DriverError=error)


def driver_message(message: str, details: dict[str, str]) -> dict[str, Any]:
    """Something that its driver tells."""
    return event("Driver", message, details, DriverMessage=message)


def download_failed(error: str) -> dict[str, Any]:
    """An artifact could not be fetched."""
    return event("Failed Artifact Download", error, {"download_error": error}, DownloadError=error)


def setup_failure(error: str) -> dict[str, Any]:
    """It could not be set up."""
    return event(
        "Setup Failure", error, {"setup_error": error, "fails_task": "true"}, SetupError=error, FailsTask=True
    )


def template(message: str) -> dict[str, Any]:
    """What its templates wait for."""
    return event("Template", message, {"message": message}, Message=message)


def restart_signaled(reason: str = "User requested task to restart") -> dict[str, Any]:
    """Somebody asked for a restart."""
    return event("Restart Signaled", reason, {"restart_reason": reason}, RestartReason=reason)


def signaling(name: str, reason: str = "") -> dict[str, Any]:
    """It is sent a signal."""
    told = f"User requested signal {name}" if name else "Task being sent a signal"
    if reason:
        told = f"Task being sent signal {name}: {reason}"
    return event("Signaling", told, {}, TaskSignal=name, TaskSignalReason=reason)


def alloc_unhealthy(message: str) -> dict[str, Any]:
    """Its allocation was judged unhealthy."""
    return event("Alloc Unhealthy", message, {"message": message}, Message=message)
