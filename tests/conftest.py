"""Options of the whole test suite."""


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run every program on every target, not a seeded share")
