"""python -m benchmarks [pace] [startup] [stalls]: everything without a name."""

import sys

from benchmarks import pace, stalls, startup

BENCHES = {"pace": pace.main, "startup": startup.main, "stalls": stalls.main}


def main(names: list[str]) -> int:
    """Run the benches; says at the end which budgets did not hold, and fails on none of them."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
        return 2
    figures = [figure for name in names or BENCHES for figure in BENCHES[name]()]
    over = [figure.name for figure in figures if not figure.within]
    print("All budgets hold." if not over else f"Over budget: {'; '.join(over)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
