extension [Double] {
    /// The least and the largest, nil of none. None of them is NaN.
    var extent: (least: Double, most: Double)? {
        guard let first else { return nil }
        return withUnsafeBufferPointer { values in
            let start = values.baseAddress!
            var least = Lanes(repeating: first), most = least, i = 0
            while i &+ Lanes.laneCount <= values.count {
                let some = Lanes(at: start + i)
                (least, most) = (least.orSmaller(some), most.orLarger(some))
                i &+= Lanes.laneCount
            }
            var (low, high) = (first, first)
            for k in 0..<Lanes.laneCount { (low, high) = (Swift.min(low, least[k]), Swift.max(high, most[k])) }
            for k in i..<values.count { (low, high) = (Swift.min(low, values[k]), Swift.max(high, values[k])) }
            return (low, high)
        }
    }
}
