"""What memory, CPU and disk each of our programs is given, from the figures of docs/running.md."""

from dataclasses import dataclass

from generators.deployment_targets.needed_files import SystemProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a program asks for, the most memory it may have, and the disk of its state file."""

    mebibytes: int
    most_mebibytes: int
    millicores: int
    disk_mebibytes: int


# An exporter of 4,600 series has 103 MB, one of 100,000 has 277 MB (docs/benchmarks.md), and a
# bridge 58 MB. 10,000 source series are 11 MB of state, and as much again for the log beside it.
SIZES = {
    SystemProgram.EXPORTER: Size(
        mebibytes=192, most_mebibytes=512, millicores=100, disk_mebibytes=1024
    ),
    SystemProgram.BRIDGE: Size(
        mebibytes=96, most_mebibytes=256, millicores=50, disk_mebibytes=1024
    ),
}
