"""`python -m solo`: start the stand-in and say what it is."""

import logging
import sys

import uvicorn

from solo import VERSION
from solo.app import build
from solo.options import parse


def main() -> None:
    """Serve until told to stop; tasks keep running, and are found again at the next start."""
    options = parse()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    host, port = options.host_port
    sys.stderr.write(
        f"solo: a stand-in for Nomad {VERSION} on one machine, for trial and tests; not for a cluster.\n"
        "solo: all tasks run as one unprivileged user, so each can read and stop the others:"
        " for people who trust each other\n"
        f"solo: http://{host}:{port} region {options.region} datacenter {options.datacenter}"
        f" in {options.data_dir}\n"
    )
    if options.csi_plugin:
        sys.stderr.write(
            f"solo: volumes of CSI plugin {options.csi_plugin} are directories of this machine\n"
        )
    if options.token_file is None and options.tokens_file is None:
        sys.stderr.write("solo: no token is given, so nobody may do anything: see --token-file\n")
    uvicorn.run(build(options), host=host, port=port, log_level="warning", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main()
