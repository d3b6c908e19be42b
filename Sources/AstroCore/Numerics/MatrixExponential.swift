/// exp(A t) by a Taylor series and squaring, from + - * / alone.
package enum MatrixExponential {
    /// The propagator of dx/dt = A x + B u with u constant: exp of the matrix with rows (A B) and zeros below, its first `rows` rows.
    ///
    /// - `matrix`: row by row, A first, B behind it.
    package static func augmented(_ matrix: [Double], rows: Int, columns: Int, _ t: Double) -> [Double] {
        var square = [Double](repeating: 0, count: columns * columns)
        for i in 0..<rows * columns { square[i] = matrix[i] * t }
        // A decides how short the series has to be; what B adds is as exact
        let sums = (0..<rows).map { row in square[row * columns..<row * columns + rows].reduce(0) { $0 + abs($1) } }
        let size = sums.max() ?? 0
        guard size.isFinite else { return [Double](repeating: .nan, count: rows * columns) }
        var halvings = 0, scale = 1.0
        while size * scale > 0.25, halvings < 60 {
            scale /= 2
            halvings += 1
        }
        for i in square.indices { square[i] *= scale }
        var less1 = series(square, columns)
        // (1 + E)^2 - 1 = E^2 + 2 E: small elements keep their digits
        for _ in 0..<halvings {
            let product = multiplied(less1, less1, columns)
            for i in less1.indices { less1[i] = less1[i] * 2 + product[i] }
        }
        for i in 0..<rows { less1[i * columns + i] += 1 }
        return Array(less1[..<(rows * columns)])
    }

    /// exp(A) - 1 for a small A.
    private static func series(_ a: [Double], _ n: Int) -> [Double] {
        // by Horner's rule: A (1 + A/2 (1 + A/3 (…)))
        let terms = 16
        var sum = [Double](repeating: 0, count: n * n)
        for k in stride(from: terms, through: 1, by: -1) {
            var inner = sum
            for i in 0..<n { inner[i * n + i] += 1 }
            sum = multiplied(a, inner, n)
            for i in sum.indices { sum[i] /= Double(k) }
        }
        return sum
    }

    private static func multiplied(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
        var result = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for k in 0..<n where a[i * n + k] != 0 {
                let factor = a[i * n + k]
                for j in 0..<n { result[i * n + j] = result[i * n + j].addingProduct(factor, b[k * n + j]) }
            }
        }
        return result
    }
}
