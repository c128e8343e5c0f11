"""Threads for `parallel`, as text: a function of one block, run for every block by the threads that Numba starts.

What Numba's own `prange` does is done here in one module of machine code: `prange` types a loop's body twice, goes
through passes over the whole program, and has LLVM compile each body four times (docs/cores.md). Threads take the next
block that nobody has, so that one that is held up holds up no other.
"""

from __future__ import annotations

SHARED = '''
# import from llvmlite import ir
# import from numba import types
# import from numba.core import cgutils
# import from numba.core import compiler
# import from numba.core import targetconfig
# import from numba.extending import intrinsic
# import from numba.np.ufunc.parallel import _launch_threads
def shared(apart):
    """Makes a function of one block one that threads run for each block: f(blocks, arguments) calls f(0, *arguments),
    f(1, *arguments), … `apart`: no array that f writes shares memory with another that it is given."""

    def for_all(function):
        def run(typing_context, blocks, arguments):
            def build(context, builder, signature, args):
                word, byte, flag = ir.IntType(64), cgutils.voidptr_t, ir.IntType(1)
                kinds = (types.int64, *signature.args[1])
                flags = targetconfig.ConfigStack().top().copy()
                flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
                flags.noalias = apart
                made = compiler.compile_internal(context.typing_context, context, context.active_code_library,
                                                 function, kinds, types.void, flags, {})
                if made.environment.consts:
                    raise NotImplementedError(f"{function.__name__} needs Python objects")
                # what threads are told: the next block, how many there are, whether one had no memory, the arguments
                values = cgutils.unpack_tuple(builder, args[1])
                told = cgutils.pack_struct(builder, [word(0), args[0], flag(0), *values])
                place = cgutils.alloca_once_value(builder, told)

                kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), word.as_pointer(), word.as_pointer(), byte])
                work = ir.Function(builder.module, kind, made.fndesc.mangled_name + ".work")
                work.linkage = "internal"
                inner = ir.IRBuilder(work.append_basic_block())
                mine = inner.bitcast(work.args[3], place.type)
                values = [inner.load(cgutils.gep_inbounds(inner, mine, 0, k)) for k in range(1, len(told.type))]
                body, ready = inner.append_basic_block(), inner.append_basic_block()
                inner.branch(body)
                inner.position_at_end(body)
                block = inner.atomic_rmw("add", cgutils.gep_inbounds(inner, mine, 0, 0), word(1), "monotonic")
                with inner.if_then(inner.icmp_signed(">=", block, values[0]), likely=False):
                    inner.branch(ready)
                callee = context.declare_function(builder.module, made.fndesc)
                status, _ = context.call_conv.call_function(inner, callee, types.void, kinds, [block, *values[2:]])
                with inner.if_then(status.is_error, likely=False):
                    inner.store(flag(1), cgutils.gep_inbounds(inner, mine, 0, 2))
                inner.branch(body)
                inner.position_at_end(ready)
                inner.ret_void()

                # one item of work for each thread; a single block wakes none
                count = cgutils.get_or_insert_function(builder.module, ir.FunctionType(word, ()), "get_num_threads")
                many = builder.call(count, ())
                many = builder.select(builder.icmp_signed("<", args[0], many), args[0], many)
                empty = cgutils.alloca_once_value(builder, ir.Constant(byte, None))
                size, step = (cgutils.alloca_once_value(builder, n) for n in (many, word(0)))
                argument = builder.bitcast(place, byte)
                with builder.if_else(builder.icmp_signed("<", many, word(2))) as (alone, together):
                    with alone:
                        builder.call(work, [empty, size, step, argument])
                    with together:
                        kind = ir.FunctionType(ir.VoidType(), [byte]*5 + [word]*3)
                        launch = cgutils.get_or_insert_function(builder.module, kind, "numba_parallel_for")
                        builder.call(launch, [*(builder.bitcast(p, byte) for p in (work, empty, size, step)), argument,
                                              word(0), word(1), many])
                with builder.if_then(builder.load(cgutils.gep_inbounds(builder, place, 0, 2)), likely=False):
                    message = "Allocation failed (probably too large)."
                    context.call_conv.return_user_exc(builder, MemoryError, (message,))
                return context.get_dummy_value()

            return types.void(types.int64, arguments), build

        return intrinsic(run)

    return for_all


_launch_threads()       # whose functions compiled code is linked to
'''
TEXTS = {"shared": SHARED}
