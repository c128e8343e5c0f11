# Complex numbers in formulas, reductions, products, parts and loops.
# input z = [1 + 2j, -0.5 + 0.25j, 3 - 1j]
# input A = [[1, 2j, 0], [1 - 1j, 3, 0.5], [0, 1j, 2]]
# input x = [2.0, -1.0, 0.5]
# input k = 3
# expect a = z*z - z/2 + x*z + 2j*z + z
# expect b = z/(z + 1)
# expect c = z.sum()
# expect d = z.prod()
# expect e = z.mean()
# expect f = z.var()
# expect g = z.std()
# expect h = np.linalg.norm(z)
# expect i = A @ A
# expect j = A @ z
# expect l = z @ z
# expect m = np.conj(A).T
# expect n2 = A @ A
# expect o = [true, true, true]
# expect p = np.where(x > 0, z, x)
# expect q = np.outer(z, z)
# expect r = np.trace(A)
# expect s = np.array([0, 1 + 2j, -0.5 + 0.25j])*2j
# expect t = np.array([0.5 + 2.25j, 3 - 1j])
# expect u = np.array([1 + 2j, 0.75, 2])
# expect v = z.sum()
# expect w = [2j, 3 + 0j]
# expect y = 2j
# expect aa = 1 + 2j
# expect ab = [1j, 2j]
# expect ac = np.var(A, axis=0)
# expect ad = np.array([3 - 1j, 1 + 2j])
# expect ae = [true, false, false]
# expect trace w2 = [-1 + 1j, -1 - 1j]
# tolerance 1e-12
input z: complex[n]
input A: complex[n, n]
input x: real[n]
input k: int
a := z*z - z/2 + x*z + 2i*z - -z
b := z/(z + 1)
c := sum(z)
d := prod(z)
e := mean(z)
f := var(z)
g := std(z)
h := norm(z)
i := A@A
j := A@z
l := z@z
m := conj(A.T)
n2 := [sum(A[p1, q1]*A[q1, r1] for q1) for p1, r1]
o := z == z
p := where(x > 0, z, x)
q := outer(z, z)
r := trace(A)
s := zeros(n, complex)
s[1:] += z[:-1]*2i
t := zeros(2, complex)
t[[0, 0, 1]] += z
u := [z[0], 0.75, 2]
v := 0
for i1 in 0..n { v := v + z[i1] }
w := [2i, k]
y := sqrt(cast(-4, complex))
aa := 1
aa := aa + 2i
ab := 1i*[1, 2]
ac := var(A, axis=0)
ad := z[[2, 0]]
ae := z != z[1] and real(z) == 1
w2 := 1 + 1i
repeat 2 { record w2 := w2*1i }
