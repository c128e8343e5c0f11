# Derivatives by complex numbers and through them: dJ/dx + i*dJ/dy of z = x + i*y.
# input z = [0.0 + -0.9*1j, 0.3 + -0.5*1j, -0.3 + -1.0*1j]
# input w = [0.1, 1.3, -0.5]
# input e = np.zeros((0,), complex)
# input o = [0.0 + 0.0*1j]
# tolerance 1e-7
# expect square = [0.0 + -1.8000000000000003*1j, 0.6 + -1.0*1j, -0.6 + -2.0*1j]
# expect sizes = [0.0 + -1.7700665335855874*1j, 1.2211279047097419 + -0.6853832602551777*1j, -0.9939800348485608 + -1.9634368685674772*1j]
# expect smooth = [-2.0896096035712186 + -7.48933147916249*1j, 0.16465053014882497 + -0.989461373177248*1j, 2.034277954039076 + -9.882326049913605*1j]
# expect more = [3.68289351052987 + 10.26015524400216*1j, -0.5689568876216303 + 4.190051817682204*1j, -2.9614933685159004 + 3.9741445164883387*1j]
# expect turned = [2.0806654233644584, -1.7943846402095085, -1.6023373578795135]
# expect products = [1.0293333333333332 + -1.360769250208977*1j, 0.3367677379110502 + -4.181724007629528*1j, 0.518537280529275 + -1.4706535093468616*1j]
# expect scans = [1.3919999999999995 + -54.68788*1j, -5.19786 + -25.4589*1j, 2.2755600000000005 + -28.5168*1j]
# expect parts = [1.0 + -2.4300000000000006*1j, 0.20807999999999993 + -0.34679999999999994*1j, -0.9396275858019495 + -2.132091952673165*1j]
# expect both = [0.4480000000000001, 7.264, -5.120000000000001]
# expect empty = np.zeros((0,), complex)
# expect zero = [0.0 + 0.0*1j]
# expect updates = [0.0 + 0.04895999999999999*1j, 2.84958 + -4.0081*1j, -0.06935999999999998 + -0.23119999999999996*1j]
# expect rounds = 0.7193390397653853 + -3.4111820421296226*1j
# expect descends = True
input z, e, o: complex[_]
input w: real[n]
square := grad(sum(abs(z)^2), z)
sizes := grad(sum(abs(z)) + norm(z) + var(z) + std(z), z)
smooth := grad(real(sum(exp(z)*sin(z)/(z + 2) - tanh(z)*log(z) + sqrt(z)*z^3 + conj(z)*z^2*1i + 2^z)), z)
more := grad(imag(sum(cosh(z)*sinh(z) + asin(z) + acos(z)*atan(z) + expm1(z)*log1p(z) + cos(z)*tan(z) + z^z)), z)
turned := grad(sum(abs(exp(2i*w) + w)^2), w)
products := grad(abs(prod(z)) + real(mean(z)) + abs(sum(z[i]*conj(z[i + 1]) for i in 0..n - 1))^2, z)
scans := grad(abs(sum(cumprod(z)))^2 + abs(sum(cumsum(z^2)))^2 + sum(abs(conv(z, z))^2), z)
parts := grad(sum(abs(where(real(z) > 0.03, z^2, conj(z)))^3) + real(z[0]) + imag(z[1:][1]), z)
both := grad(sum(abs([z[i]*w[j] + z[j]^2 for i, j])^2), w)
empty := grad(sum(abs(e)^2) + sum(abs(e)), e)
zero := grad(sum(abs(o)) + norm(o), o)
J := sum(abs(z)^2)
a := z
A := zeros(3, complex)
for i in 0..2 { A[i] := a[i]*a[i + 1]; A[i + 1] += 2i*a[i]; A[i] *= a[i] + 1i }
K := sum(abs(A)^2)
updates := grad(K, a)
v := z[0]
u := v
repeat 5 {
    u := 0.3*u^2 + v
    if abs(u) > 0.5 { u := u*conj(u) + 1i }
}
L := abs(u)^2
rounds := grad(L, v)
assert_grad(J, z, 2*z)
d := z
repeat 100 { d := d - 0.1*grad(sum(abs(d - 1i)^2), d) }
descends := norm(d - 1i) < 1e-6
output square, sizes, smooth, more, turned, products, scans, parts, both, empty, zero, updates, rounds, descends
