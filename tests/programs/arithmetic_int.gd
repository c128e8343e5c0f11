# Ints: floor division and remainder of negatives, powers, wrap-around.
# input a = [7, -7, 7, -7, 0]
# input b = [3, 3, -3, -3, 5]
# expect q = [2, -3, -3, 2, 0]
# expect r = [1, 2, -2, -1, 0]
# expect d = np.array(a) / np.array(b)
# expect p = [343, -343, 343, -343, 0]
# expect big = -9223372036854775808
# expect twice = -2
# expect wrapped = 0
# expect least = -9223372036854775808
input a, b: int[n]
q := a // b
r := a % b
d := a/b
p := a^3
top := 9223372036854775807
big := top + 1
twice := top*2
wrapped := 2^64
least := -9223372036854775808
