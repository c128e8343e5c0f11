# Bodies that attract each other, in small steps of time.
input p: real[n, 3]
input v: real[n, 3]
input mass: real[n]
param h: real = 0.001
param soft: real = 0.01
param steps: int = 20
repeat steps {
    r2 := [sum((p[j, c] - p[i, c])^2 for c) + soft for i, j]
    a := [sum(mass[j]*(p[j, c] - p[i, c])*r2[i, j]^-1.5 for j) for i, c]
    v := v + h*a
    p := p + h*v
}
output p, v
