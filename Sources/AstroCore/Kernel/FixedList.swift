/// A list that stays as it is. A loop over `all` counts no references, which loops that are over in some nanoseconds would notice.
final class FixedList<Element> {
    let all: UnsafeBufferPointer<Element>

    init(_ elements: [Element]) {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        all = UnsafeBufferPointer(memory)
    }

    deinit {
        let memory = UnsafeMutableBufferPointer(mutating: all)
        memory.deinitialize()
        memory.deallocate()
    }
}
