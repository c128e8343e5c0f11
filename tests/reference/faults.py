"""What ends a run, or a round of a loop."""


class Fault(Exception):
    """An error that the script makes, of one of gdc.Error's kinds."""

    def __init__(self, kind, message, node=None):
        super().__init__(f"{kind}: {message}" + (f" (line {node.span.line})" if node else ""))
        self.kind, self.line = kind, node.span.line if node else None


class Leave(Exception):
    """stop or skip."""


def demand(ok, kind, message, node=None):
    if not ok:
        raise Fault(kind, message, node)
