# A trace never reached is empty.
# input n = 0
# expect s = 1.0
# expect trace J = zeros(0)
input n: int
s := 1.0
for i in 0..n { record J := s*i }
output s
