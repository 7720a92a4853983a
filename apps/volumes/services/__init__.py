"""Changing what is kept. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.volumes.services.keeping import begin_part, finish, no_room, note_part
from apps.volumes.services.measuring import ask_due_measures, measure, measured, unmeasured
from apps.volumes.services.moving import move_restore, move_snapshot, tidied
from apps.volumes.services.removing import delete_volume, forget_gone, volume_gone
from apps.volumes.services.restoring import asked_to_stop, restore, restore_into_new, restored
from apps.volumes.services.scheduling import clear_schedule, set_schedule, take_due
from apps.volumes.services.straying import ask_inside, note_inside, note_strays, stray_gone
from apps.volumes.services.taking import delete_snapshot, deleted, note_download, retry, take

__all__ = [
    "ask_due_measures",
    "ask_inside",
    "asked_to_stop",
    "begin_part",
    "clear_schedule",
    "delete_snapshot",
    "delete_volume",
    "deleted",
    "finish",
    "forget_gone",
    "measure",
    "measured",
    "move_restore",
    "move_snapshot",
    "no_room",
    "note_download",
    "note_inside",
    "note_part",
    "note_strays",
    "restore",
    "restore_into_new",
    "restored",
    "retry",
    "set_schedule",
    "stray_gone",
    "take",
    "take_due",
    "tidied",
    "unmeasured",
    "volume_gone",
]
