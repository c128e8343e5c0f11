# while, with its condition read before each round.
# input n = 27
# expect steps = 111
# expect top = 9232
# expect never = 7
# expect x = 0.7390851332151607
# expect rounds = 3
input n: int
k := n
steps := 0
top := n
while k != 1 {
    k := k//2 if k % 2 == 0 else 3*k + 1
    top := max(top, k)
    steps += 1
}
never := 7
while false { never := 8 }
x := 1.0
old := 0.0
while abs(x - old) > 1e-6 { old := x; x := x - (x - cos(x))/(1 + sin(x)) }
rounds := 0
v := [5.0, 3.0, 1.0, -1.0]
while rounds < 4 and v[rounds] > 0 { rounds += 1 }
output steps, top, never, x, rounds
