"""What memory, CPU and disk each of our programs is given, from the figures of docs/running.md."""

from dataclasses import dataclass

from generators.targets.needed_files import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a program asks for, the most memory it may have, and the disk of its state file."""

    mebibytes: int
    most_mebibytes: int
    millicores: int
    disk_mebibytes: int


# docs/benchmarks.md: 277 MB at 100,000 series. 11 MB of state for 10,000 source series, and as
# much again for the log beside it.
SIZES = {
    Reader.EXPORTER: Size(mebibytes=192, most_mebibytes=512, millicores=100, disk_mebibytes=1024),
    Reader.BRIDGE: Size(mebibytes=96, most_mebibytes=256, millicores=50, disk_mebibytes=1024),
}
