# A loop whose body is built until its types settle keeps the check of a size.
# input k = -3
# error value 8: a size cannot be negative: -3
input k: int
s := 0.0
t := 0
for i in 0..2 {
    a := zeros(k)
    s += sum(exp(zeros(k + 2)))
    t := t + s
}
output s
