# A size that an arm was to check is checked again where only that arm is left out, and in a loop that is built twice.
# input k = -3
# input deep = 0
# error value 11: a size cannot be negative: -1
input k, deep: int
s := 0.0
if deep > 0 {
    a := zeros(k)
}
for i in 0..2 {
    s += sum(exp(zeros(k + 2)))
}
output s
