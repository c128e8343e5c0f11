"""Makes a failing program smaller: lines and blocks go, then parts of formulas, as long as it fails in the same way."""

import re

ATOMS = ("0", "1.0", "0.5", "true")


def smaller(text, fails, most=400):
    """A smaller text for which `fails` still holds; asks at most so often."""
    tries = iter(range(most))
    changed = True
    while changed:
        changed = False
        for candidates in (without_lines, with_shorter_lines):
            again = True
            while again:
                again = False
                for candidate in candidates(text):
                    if next(tries, None) is None:
                        return text
                    if fails(candidate):
                        text, changed, again = candidate, True, True
                        break
    return text


def without_lines(text):
    """The text without one line or block, the last first; and with a block's head and end taken away."""
    lines = text.splitlines()
    for at in reversed(range(len(lines))):
        last = end_of(lines, at)
        yield "\n".join(lines[:at] + lines[last + 1 :]) + "\n"
        if last > at:
            yield "\n".join(lines[:at] + lines[at + 1 : last] + lines[last + 1 :]) + "\n"


def end_of(lines, at):
    """The line where the block that a line opens ends; the line itself where it opens none."""
    level = 0
    for k in range(at, len(lines)):
        level += lines[k].count("{") - lines[k].count("}")
        if level <= 0 and (k > at or "{" not in lines[at]) and not lines[k].rstrip().endswith("{"):
            return k
    return at


def with_shorter_lines(text):
    """The text with one bracketed part replaced by a piece of it or by a number."""
    lines = text.splitlines()
    for at in reversed(range(len(lines))):
        if lines[at].lstrip().startswith(("input", "}")):
            continue
        for start, end in brackets(lines[at]):
            for piece in pieces(lines[at][start:end]):
                if len(piece) < end - start:
                    yield "\n".join([*lines[:at], lines[at][:start] + piece + lines[at][end:], *lines[at + 1 :]]) + "\n"


def brackets(line):
    """Where each bracketed part stands, with the function's name before it, longest first."""
    opened, found = [], []
    for k, letter in enumerate(line):
        if letter in "([":
            opened.append(k)
        elif letter in ")]" and opened:
            start = opened.pop()
            found.append((start, k + 1))
            if word := re.search(r"\w+$", line[:start]):
                found.append((word.start(), k + 1))
    if (sign := re.search(r":= |\+= |-= | if ", line)) and not line.endswith("{"):
        found.append((sign.end(), len(line)))
    return sorted(found, key=lambda pair: pair[0] - pair[1])


def pieces(part):
    """What may stand for a part: its own operands and arguments, or a number."""
    call = re.match(r"\w*[(\[]", part)
    inside = part[call.end() : -1] if call and part[-1] in ")]" else part
    yield from dict.fromkeys(p.strip() for p in split(inside) if p.strip() and p.strip() != part)
    yield from ATOMS


def split(text):
    """The operands at the top of a formula."""
    level, last, found = 0, 0, []
    for match in re.finditer(r"[(\[]|[)\]]|,| for | if | else | and | or | [-+*/%<>=!]+ |@", text):
        word = match.group()
        if word in "([":
            level += 1
        elif word in ")]":
            level -= 1
        elif level == 0:
            found.append(text[last : match.start()])
            last = match.end()
    return [*found, text[last:]]
