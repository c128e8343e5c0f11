# Swaps of neighbours in place.
# input v = [5, 2, 9, 1, 5, 6]
# expect s = [1, 2, 5, 5, 6, 9]
# expect swaps = 6
input v: int[n]
s := v
swaps := 0
done := false
while not done {
    done := true
    for i in 0..n - 1 {
        if s[i] > s[i + 1] {
            t := s[i]; s[i] := s[i + 1]; s[i + 1] := t
            done := false
            swaps += 1
        }
    }
}
output s, swaps
