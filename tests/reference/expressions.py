"""Formulas: what each node of the tree is worth."""

import math

import numpy as np

from gdc.dsl import tree
from reference.arithmetic import binary, compared, meet
from reference.calls import Calls
from reference.derivatives import Derivatives
from reference.faults import Fault
from reference.notation import Notation
from reference.subscripts import Subscripts
from reference.values import LITERAL, SCALAR, as_strong, common, in_precision, meeting, number, weak

CONSTANTS = {"pi": math.pi, "inf": math.inf, "nan": math.nan, "true": True, "false": False}
UNKNOWN = (Fault, IndexError, ValueError, TypeError, np.linalg.LinAlgError)


class Expressions(Calls, Derivatives, Notation, Subscripts):
    probing = False  # whether only shapes and elements are asked for: then loads find something anywhere

    def expr(self, e):
        try:
            return np.asanyarray(getattr(self, f"do_{type(e).__name__}")(e))
        except Fault as fault:
            fault.line = fault.line or e.span.line
            raise

    def probe(self, e, ranges=()):
        """A value with the shape and element that the formula would have; None where that takes the true values."""
        kept, before = dict(self.scope.names), self.probing
        self.probing = True
        for r in ranges:
            self.scope.names[r.name] = np.asarray(1)  # not 0: it may divide
        try:
            return self.expr(e)
        except UNKNOWN:
            return None
        finally:
            self.probing = before
            self.scope.names = kept

    def do_Number(self, e):
        return weak(in_precision(e.value), LITERAL)

    def do_Constant(self, e):
        return weak(in_precision(CONSTANTS[e.name]), LITERAL)

    def do_Name(self, e):
        return self.read(e.name, e)

    def do_Transpose(self, e):
        value = self.expr(e.base)
        return np.swapaxes(value, -1, -2) if value.ndim > 1 else value

    def do_Array(self, e):
        return np.array(common(*(self.expr(i) for i in e.items)))

    def do_Unary(self, e):
        if e.op == "-" and isinstance(e.operand, tree.Number):
            return weak(in_precision(-e.operand.value), LITERAL)  # the digits of the least int alone are none
        value = self.expr(e.operand)
        if e.op == "not":
            return as_strong(np.logical_not(value), value)
        return value if e.op == "+" else as_strong(-number(value), value)

    def do_Power(self, e):
        return binary("^", self.expr(e.base), self.expr(e.exponent), e)

    def do_Chain(self, e):
        value = self.expr(e.first)
        for op, right in zip(e.ops, e.rest, strict=True):
            if op in ("and", "or"):
                value = self.logical(op, value, right, e)
            else:
                value = binary(op, value, self.expr(right), e)
        return value

    def logical(self, op, value, right, e):
        """On scalars the right side is evaluated only where it counts."""
        if not value.ndim and bool(value) == (op == "or"):
            other = self.probe(right)
            if other is None or not other.ndim:
                return value
        other = self.expr(right)
        meet(value, other, node=e)
        return (np.logical_and if op == "and" else np.logical_or)(value, other)

    def do_Compare(self, e):
        values = [self.expr(x) for x in (e.first, *e.rest)]
        meet(*values, node=e)
        found = [compared(op, x, y) for op, x, y in zip(e.ops, values, values[1:], strict=False)]
        return np.logical_and.reduce(np.broadcast_arrays(*found))

    def do_Conditional(self, e):
        condition = self.expr(e.condition)
        if not condition.ndim:
            return self.chosen(*((e.then, e.orelse) if condition else (e.orelse, e.then)))
        then, orelse = self.expr(e.then), self.expr(e.orelse)
        meet(condition, then, orelse, node=e)
        return np.where(condition, *common(then, orelse))

    def chosen(self, taken, left):
        """One branch, in the shape and element of both together."""
        value, other = self.expr(taken), self.probe(left)
        if other is None:
            return value
        result = np.asarray(value).astype(meeting(value, other))
        if result.ndim < other.ndim:
            result = np.broadcast_to(result, other.shape)
        return result if result.ndim else weak(result, SCALAR)


