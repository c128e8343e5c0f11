# Many weather systems after Lorenz, each from a start of its own.
input x, y, z: real[n]
param h: real = 0.005
param steps: int = 200
repeat steps {
    dx := 10*(y - x)
    dy := x*(28 - z) - y
    dz := x*y - 8/3*z
    x := x + h*dx
    y := y + h*dy
    z := z + h*dz
}
output x, y, z
