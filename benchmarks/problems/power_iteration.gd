# Power iteration: the dominant eigenvalue.
input A: real[n, n]
param steps: int = 50
v := ones(n)/sqrt(n)
repeat steps {
    v := A@v
    v := v/norm(v)
}
output value := v@A@v
