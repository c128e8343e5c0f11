# A moving mean that forgets, recorded as a trace.
# input x = [1.0, 2.0, 3.0, 4.0]
# expect s = 3.125
# expect trace level = [1.0, 1.5, 2.25, 3.125]
input x: real[n]
s := x[0]
for v in x { s := 0.5*v + 0.5*s; record level := s }
output s
