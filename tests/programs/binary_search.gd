# Where a number stands in sorted ones, or would.
# input x = [1, 3, 5, 7, 9, 11]
# input wanted = [7, 0, 12, 6]
# expect place = np.searchsorted(x, wanted)
input x: int[n]; input wanted: int[k]
place := zeros(k, int)
for q in 0..k {
    lo := 0; hi := n
    while lo < hi {
        mid := (lo + hi)//2
        if x[mid] < wanted[q] { lo := mid + 1 } else { hi := mid }
    }
    place[q] := lo
}
