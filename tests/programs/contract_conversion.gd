# A contract takes narrower kinds: bool and int where real is declared, uint8 where int is.
# input a = [true, false]
# input b = [1, 2]
# input c = np.array([1.5, 2.5], dtype=float32)
# input d = np.array([200, 100], dtype=uint8)
# input e = true
# input f = 3
# expect s = [3.5, 4.5]
# expect t = [400, 200]
# expect u = 2
# expect h = 1.5
input a, b, c: real[n]
input d: int[n]
input e: int
input f: real
s := a + b + c
t := d + d
u := e + e
h := f/2
