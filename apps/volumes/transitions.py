"""From where a snapshot or a restore may move, and where to: the whole tables, no wildcard."""

from collections.abc import Mapping

from apps.volumes.enums import RestoreState as R
from apps.volumes.enums import SnapshotState as S

SNAPSHOT: Mapping[S, frozenset[S]] = {
    S.PENDING: frozenset({S.TAKING, S.FAILED, S.DELETING}),
    S.TAKING: frozenset({S.READY, S.FAILED, S.DELETING}),
    S.READY: frozenset({S.DELETING}),
    S.FAILED: frozenset({S.PENDING, S.DELETING}),
    S.DELETING: frozenset({S.DELETED}),
    S.DELETED: frozenset(),
}
RESTORE: Mapping[R, frozenset[R]] = {
    R.WAITING: frozenset({R.STOPPING, R.FAILED}),
    R.STOPPING: frozenset({R.WORKING, R.FAILED}),
    R.WORKING: frozenset({R.DONE, R.FAILED}),
    R.DONE: frozenset(),
    R.FAILED: frozenset({R.WAITING}),
}
#: something of it is still to be done
OPEN_SNAPSHOT = (S.PENDING, S.TAKING, S.DELETING)
OPEN_RESTORE = (R.WAITING, R.STOPPING, R.WORKING)
