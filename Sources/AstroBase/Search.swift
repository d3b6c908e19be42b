extension RandomAccessCollection {
    /// The first index whose element satisfies `predicate`, which those after it satisfy too; `endIndex` if none does. Takes a
    /// number of calls that grows with the logarithm of `count`.
    @inlinable
    @inline(__always)
    package func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
        var start = startIndex
        var rest = count
        while rest > 0 {
            let middle = index(start, offsetBy: rest / 2)
            if predicate(self[middle]) {
                rest /= 2
            } else {
                start = index(after: middle)
                rest -= rest / 2 + 1
            }
        }
        return start
    }
}
