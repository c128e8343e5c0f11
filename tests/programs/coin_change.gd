# In how many ways coins make a sum.
# input coins = [1, 2, 5, 10]
# expect ways = 40
# expect all = 11
input coins: int[k]
count := zeros(21, int)
count[0] := 1
for c in coins { for s in c..21 { count[s] += count[s - c] } }
output ways := count[20]
output all := count[10]
