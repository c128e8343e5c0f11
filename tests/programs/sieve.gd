# Eratosthenes' sieve: strided parts, early skips.
# input n = 30
# expect primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
input n: int
prime := ones(n, bool)
prime[:2] := false
for i in 2..n {
    stop if i*i >= n
    skip if not prime[i]
    for k in i*i..n by i { prime[k] := false }
}
primes := zeros(0, int)
for i in 0..n { if prime[i] { primes := concat(primes, [i]) } }
output primes
