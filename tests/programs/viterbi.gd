# The most probable path of a hidden Markov chain, read backwards at the end.
# expect path = [0, 0, 1, 1, 0]
obs := [0, 1, 2, 2, 0]
A := [[0.7, 0.3], [0.4, 0.6]]
B := [[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]]
π0 := [0.6, 0.4]
T := size(obs, 0); S := 2
V := full(-inf, T, S); back := zeros(T, S, int)
for s in 0..S { V[0, s] := log(π0[s]) + log(B[s, obs[0]]) }
for t in 1..T {
    for s in 0..S {
        c := V[t-1, :] + log(A[:, s])
        back[t, s] := argmax(c)
        V[t, s] := max(c) + log(B[s, obs[t]])
    }
}
path := zeros(T, int)
path[T-1] := argmax(V[T-1, :])
for t in T-2..-1 by -1 { path[t] := back[t+1, path[t+1]] }
output path
