# Euclid's algorithm, for many pairs.
# input a = [12, 17, 100, 0]
# input b = [18, 5, 75, 7]
# expect g = [6, 1, 25, 7]
input a: int[n]; input b: int[n]
def gcd(x, y) {
    while y != 0 {
        r := x % y
        x := y
        y := r
    }
    return x
}
g := [gcd(a[i], b[i]) for i]
