/// The first terms of a power series, a vector of cells each: of orders 0 to 5.
///
/// Orders are literals wherever it is used: after inlining nothing is left of the choice between them.
struct PowerSeries<Vector: LaneVector> {
    private var terms: (Vector, Vector, Vector, Vector, Vector, Vector)

    @inline(__always)
    init(_ first: Vector) { terms = (first, .zeros, .zeros, .zeros, .zeros, .zeros) }

    @inline(__always)
    subscript(_ order: Int) -> Vector {
        get {
            switch order {
            case 0: terms.0
            case 1: terms.1
            case 2: terms.2
            case 3: terms.3
            case 4: terms.4
            default: terms.5
            }
        }
        set {
            switch order {
            case 0: terms.0 = newValue
            case 1: terms.1 = newValue
            case 2: terms.2 = newValue
            case 3: terms.3 = newValue
            case 4: terms.4 = newValue
            default: terms.5 = newValue
            }
        }
    }

    /// The sum of all terms at x.
    @inline(__always)
    func callAsFunction(_ x: Vector) -> Vector {
        let tail = terms.3.addingProduct(x, terms.4.addingProduct(x, terms.5))
        return terms.0.addingProduct(x, terms.1.addingProduct(x, terms.2.addingProduct(x, tail)))
    }

    /// The term of an order, at most 4, of the product with another series. The last term of this one comes last: where series are made
    /// term by term, all the rest has been added up while it was made.
    @inline(__always)
    func product(_ a: Self, _ order: Int) -> Vector {
        let x = terms, y = a.terms
        switch order {
        case 0: return x.0 * y.0
        case 1: return (x.0 * y.1).addingProduct(x.1, y.0)
        case 2: return (x.1 * y.1).addingProduct(x.0, y.2).addingProduct(x.2, y.0)
        case 3: return (x.1 * y.2).addingProduct(x.2, y.1).addingProduct(x.0, y.3).addingProduct(x.3, y.0)
        default:
            let inner = (x.1 * y.3).addingProduct(x.2, y.2).addingProduct(x.3, y.1)
            return inner.addingProduct(x.0, y.4).addingProduct(x.4, y.0)
        }
    }

    /// Sets the term of an order, from 1 to 4, of the reciprocal of another series, whose last term comes last.
    @inline(__always)
    mutating func invert(_ a: Self, _ order: Int) {
        let x = terms, y = a.terms, minus = Vector.zeros - x.0
        switch order {
        case 1: terms.1 = minus * (x.0 * y.1)
        case 2: terms.2 = minus * (x.1 * y.1).addingProduct(x.0, y.2)
        case 3: terms.3 = minus * (x.1 * y.2).addingProduct(x.2, y.1).addingProduct(x.0, y.3)
        default:
            let older = (x.1 * y.3).addingProduct(x.2, y.2).addingProduct(x.3, y.1)
            terms.4 = minus * older.addingProduct(x.0, y.4)
        }
    }
}
