/// exp(A t) by a Taylor series and squaring, from + - * / alone.
///
/// Keeps its memory, and what it gave last: one is made for many matrices of one size, and neighbours are often alike.
package final class MatrixExponential {
    let rows, columns: Int
    /// Of the last run: the matrix, row by row, A first, B behind it; and the time.
    private let matrix: UnsafeMutablePointer<Double>
    private var time: Double?
    /// What `run` gives: `rows` rows of `columns` numbers.
    package let result: UnsafeMutablePointer<Double>
    private let square, product: UnsafeMutablePointer<Double>

    /// The propagator of dx/dt = A x + B u with u constant: exp of the matrix with rows (A B) and zeros below, its first `rows` rows.
    package init(rows: Int, columns: Int) {
        let size = columns * columns
        (self.rows, self.columns) = (rows, columns)
        matrix = .allocate(capacity: 4 * size)
        matrix.initialize(repeating: 0, count: 4 * size)
        (result, square, product) = (matrix + size, matrix + 2 * size, matrix + 3 * size)
    }

    deinit { matrix.deallocate() }

    /// Every number of the result is NaN if the matrix has one that is not finite.
    ///
    /// - `t`: the time that the matrix is multiplied by.
    /// - `number`: numbers of the matrix, by index.
    @inline(__always)
    package func run(_ t: Double, _ number: (Int) -> Double) {
        var isNew = time?.bitPattern != t.bitPattern
        for i in 0..<rows * columns {
            let x = number(i)
            isNew = isNew || matrix[i].bitPattern != x.bitPattern
            matrix[i] = x
        }
        if isNew { run(t) }
    }

    private func run(_ t: Double) {
        time = t
        let size = columns * columns
        for i in 0..<rows * columns { square[i] = matrix[i] * t }
        for i in rows * columns..<size { square[i] = 0 }
        // A decides how short the series has to be; what B adds is as exact
        let largest = largestSum()
        guard largest.isFinite else { return result.update(repeating: .nan, count: rows * columns) }
        var halvings = 0, scale = 1.0
        while largest * scale > 0.25, halvings < 60 {
            scale /= 2
            halvings += 1
        }
        for i in 0..<size { square[i] *= scale }
        series()
        // (1 + E)^2 - 1 = E^2 + 2 E: small elements keep their digits
        for _ in 0..<halvings {
            multiply(result, result)
            for i in 0..<size { result[i] = result[i] * 2 + product[i] }
        }
        for i in 0..<rows { result[i * columns + i] += 1 }
    }

    /// The largest sum of magnitudes of a row of A; one that is not finite, if there is one.
    private func largestSum() -> Double {
        var largest = 0.0
        for i in 0..<rows {
            var sum = 0.0
            for j in 0..<rows { sum += abs(square[i * columns + j]) }
            guard sum.isFinite else { return sum }
            largest = max(largest, sum)
        }
        return largest
    }

    /// `result` = exp(A) - 1 for a small A in `square`, by Horner's rule: A (1 + A/2 (1 + A/3 (…))).
    private func series() {
        let terms = 16, size = columns * columns
        result.update(repeating: 0, count: size)
        for k in stride(from: terms, through: 1, by: -1) {
            for i in 0..<columns { result[i * columns + i] += 1 }
            multiply(square, result)
            for i in 0..<size { result[i] = product[i] / Double(k) }
        }
    }

    /// `product` = a b.
    private func multiply(_ a: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>) {
        product.update(repeating: 0, count: columns * columns)
        for i in 0..<columns {
            for k in 0..<columns where a[i * columns + k] != 0 {
                let factor = a[i * columns + k]
                for j in 0..<columns {
                    product[i * columns + j] = product[i * columns + j].addingProduct(factor, b[k * columns + j])
                }
            }
        }
    }
}
