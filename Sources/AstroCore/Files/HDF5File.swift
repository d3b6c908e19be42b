#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file in the HDF5 format: what SONATA needs of it.
///
/// Files of others are to be read in a `ChildProcess`: libhdf5 does not survive every damaged file. Nothing leads out of
/// a file: links other than hard ones, and data kept elsewhere, are refused.
final class HDF5File {
    typealias ID = HDF5Library.ID
    let library: HDF5Library
    let path: String
    private let file: ID

    private init(_ path: String, open: (HDF5Library) -> ID, _ problem: String) throws {
        library = try HDF5Library.shared.get()
        self.path = path
        file = open(library)
        guard file >= 0 else { throw InputError("'\(path)': \(problem)") }
    }

    /// `path` is the name in messages, `place` where the file is made.
    static func create(_ path: String, at place: String) throws -> HDF5File {
        // the library does not say why it can't
        guard let file = fopen(place, "w") else { throw OutputFile.failure(path) }
        fclose(file)
        return try HDF5File(path, open: { $0.H5Fcreate(place, 2, 0, 0) }, "can't be written")
    }

    static func open(_ path: String) throws -> HDF5File {
        guard InputFile.isRegular(path) else { throw InputError("'\(path)' is not a file") }
        return try HDF5File(path, open: { $0.H5Fopen(path, 0, 0) }, "is not a complete HDF5 file")
    }

    deinit { _ = library.H5Fclose(file) }

    func flush() throws { try check(library.H5Fflush(file, 1), "can't be written") }

    @discardableResult
    private func check<T: SignedInteger>(_ result: T, _ problem: @autoclosure () -> String) throws -> T {
        guard result >= 0 else { throw InputError("'\(path)': \(problem())") }
        return result
    }

    // MARK: Writing

    enum Kind { case double, float, uint8, uint32, uint64 }

    private func type(_ kind: Kind) -> ID {
        switch kind {
        case .double: library.double
        case .float: library.float
        case .uint8: library.uint8
        case .uint32: library.uint32
        case .uint64: library.uint64
        }
    }

    /// Makes a group; those above it must exist.
    func makeGroup(_ name: String) throws {
        _ = library.H5Gclose(try check(library.H5Gcreate2(file, name, 0, 0, 0), "can't be written (\(name))"))
    }

    /// A data set that numbers are appended to, in rows of `width` (a plain list without). Nothing is compressed: not
    /// every reader of the field can undo it. Room is made for `chunk` numbers at a time.
    func makeDataset(_ name: String, _ kind: Kind, width: Int? = nil, chunk: Int) throws -> Dataset {
        let side = width.map { [UInt64($0)] } ?? []
        let properties = undated()
        defer { _ = library.H5Pclose(properties) }
        let rows = max(1, chunk / max(width ?? 1, 1))
        _ = library.H5Pset_chunk(properties, Int32(side.count + 1), [UInt64(rows)] + side)
        return try makeDataset(name, kind, sizes: [0] + side, limits: [UInt64.max] + side, properties)
    }

    /// A data set that is written once.
    func write(_ name: String, _ values: [Double], _ kind: Kind, width: Int? = nil) throws {
        let sizes = [UInt64(values.count / (width ?? 1))] + (width.map { [UInt64($0)] } ?? [])
        let properties = undated()
        defer { _ = library.H5Pclose(properties) }
        let dataset = try makeDataset(name, kind, sizes: sizes, limits: sizes, properties)
        if !values.isEmpty { try dataset.replace(values) }
    }

    private func makeDataset(_ name: String, _ kind: Kind, sizes: [UInt64], limits: [UInt64], _ properties: ID) throws
        -> Dataset
    {
        let space = try check(library.H5Screate_simple(Int32(sizes.count), sizes, limits), "can't be written (\(name))")
        defer { _ = library.H5Sclose(space) }
        let id = library.H5Dcreate2(file, name, type(kind), space, 0, properties, 0)
        let width = sizes.count == 2 ? Int(sizes[1]) : nil
        return Dataset(file: self, id: try check(id, "can't be written (\(name))"), name: name, width: width)
    }

    /// Properties of a dataset that does not say when it was made: the same run writes the same bytes another day.
    private func undated() -> HDF5Library.ID {
        let properties = library.H5Pcreate(library.datasetCreation)
        _ = library.H5Pset_obj_track_times(properties, false)
        return properties
    }

    /// A data set of texts.
    func write(_ name: String, texts: [String]) throws {
        let type = textType(texts.map(\.utf8.count).max() ?? 1)
        let space = library.H5Screate_simple(1, [UInt64(texts.count)], nil)
        let properties = undated()
        defer { _ = library.H5Pclose(properties) }
        let dataset = library.H5Dcreate2(file, name, type, space, 0, properties, 0)
        defer {
            _ = library.H5Dclose(dataset)
            _ = library.H5Sclose(space)
            _ = library.H5Tclose(type)
        }
        let width = library.H5Tget_size(type)
        let bytes = texts.flatMap { Array($0.utf8) + Array(repeating: 0, count: width - $0.utf8.count) }
        try check(library.H5Dwrite(dataset, type, 0, 0, 0, bytes), "can't be written (\(name))")
    }

    private func textType(_ length: Int) -> ID {
        let type = library.H5Tcopy(library.text)
        _ = library.H5Tset_size(type, max(length, 1))
        _ = library.H5Tset_cset(type, 1)
        return type
    }

    func setAttribute(_ name: String, of object: String, _ text: String) throws {
        let type = textType(text.utf8.count)
        defer { _ = library.H5Tclose(type) }
        try setAttribute(name, of: object, type, library.H5Screate(0), Array(text.utf8) + [0])
    }

    func setAttribute(_ name: String, of object: String, number: Int64) throws {
        try withUnsafeBytes(of: number) {
            try setAttribute(name, of: object, library.int64, library.H5Screate(0), Array($0))
        }
    }

    func setAttribute(_ name: String, of object: String, uint32 values: [UInt32], isList: Bool) throws {
        let space = isList ? library.H5Screate_simple(1, [UInt64(values.count)], nil) : library.H5Screate(0)
        try values.withUnsafeBytes { try setAttribute(name, of: object, library.uint32, space, Array($0)) }
    }

    /// One of several names, as an enumeration of bytes.
    func setAttribute(_ name: String, of object: String, oneOf names: [String], index: UInt8) throws {
        let type = library.H5Tenum_create(library.uint8)
        defer { _ = library.H5Tclose(type) }
        for (i, name) in names.enumerated() {
            var value = UInt8(i)
            _ = library.H5Tenum_insert(type, name, &value)
        }
        try setAttribute(name, of: object, type, library.H5Screate(0), [index])
    }

    private func setAttribute(_ name: String, of object: String, _ type: ID, _ space: ID, _ bytes: [UInt8]) throws {
        defer { _ = library.H5Sclose(space) }
        try withObject(object) { object in
            let attribute = try check(
                library.H5Acreate2(object, name, type, space, 0, 0), "can't be written (\(name))")
            defer { _ = library.H5Aclose(attribute) }
            try check(library.H5Awrite(attribute, type, bytes), "can't be written (\(name))")
        }
    }

    // MARK: Reading

    /// Names in a group, sorted; of links that stay in the file.
    func names(in group: String) throws -> [String] {
        try follow(group)
        let id = try check(library.H5Gopen2(file, group, 0), "has no group \(group)")
        defer { _ = library.H5Gclose(id) }
        var info = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        try check(library.H5Gget_info(id, &info), "the group \(group) is damaged")
        guard info.1 < 1 << 20 else { throw InputError("'\(path)': the group \(group) is damaged") }
        return try (0..<info.1).map { index in
            let length = try check(
                library.H5Lget_name_by_idx(id, ".", 0, 0, index, nil, 0, 0), "the group \(group) is damaged")
            guard length < 1 << 16 else { throw InputError("'\(path)': the group \(group) is damaged") }
            var name = [CChar](repeating: 0, count: length + 1)
            _ = library.H5Lget_name_by_idx(id, ".", 0, 0, index, &name, length + 1, 0)
            return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    func has(_ name: String) -> Bool {
        var so = ""
        for part in name.split(separator: "/") {
            so += "/" + part
            if library.H5Lexists(file, so, 0) <= 0 { return false }
        }
        return true
    }

    /// Makes sure that a path leads nowhere else.
    private func follow(_ name: String) throws {
        var so = ""
        for part in name.split(separator: "/") {
            so += "/" + part
            guard library.H5Lexists(file, so, 0) > 0 else { throw InputError("'\(path)': has no \(so)") }
            var info = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
            try check(library.H5Lget_info(file, so, &info, 0), "\(so) is damaged")
            let kind = withUnsafeBytes(of: info) { $0.load(as: Int32.self) }
            guard kind == 0 else { throw InputError("'\(path)': \(so) is a link; links are not followed") }
        }
    }

    private func withObject<Result>(_ name: String, _ body: (ID) throws -> Result) throws -> Result {
        try follow(name)
        let group = library.H5Gopen2(file, name, 0)
        if group >= 0 {
            defer { _ = library.H5Gclose(group) }
            return try body(group)
        }
        let dataset = try check(library.H5Dopen2(file, name, 0), "\(name) is damaged")
        defer { _ = library.H5Dclose(dataset) }
        return try body(dataset)
    }

    /// A data set of numbers of any type, and the lengths of its sides.
    func read(_ name: String, dimensions: Int) throws -> (values: [Double], sizes: [Int]) {
        try withDataset(name) { dataset, sizes in
            guard sizes.count == dimensions else {
                throw InputError("'\(path)': \(name) has \(sizes.count) dimensions, not \(dimensions)")
            }
            let type = library.H5Dget_type(dataset)
            defer { _ = library.H5Tclose(type) }
            guard [0, 1, 8].contains(library.H5Tget_class(type)) else {
                throw InputError("'\(path)': \(name) holds no numbers")
            }
            var values = [Double](repeating: 0, count: sizes.reduce(1, *))
            if !values.isEmpty {
                try check(library.H5Dread(dataset, library.double, 0, 0, 0, &values), "\(name) is damaged")
            }
            return (values, sizes)
        }
    }

    /// A list of numbers.
    func list(_ name: String) throws -> [Double] { try read(name, dimensions: 1).values }

    /// A list of texts, of fixed or free lengths.
    func texts(_ name: String) throws -> [String] {
        try withDataset(name) { dataset, sizes in
            let type = library.H5Dget_type(dataset)
            defer { _ = library.H5Tclose(type) }
            guard sizes.count == 1 else { throw InputError("'\(path)': \(name) is not a list") }
            return try texts(type, count: sizes[0], name) { library.H5Dread(dataset, type, 0, 0, 0, $0) }
        }
    }

    private func texts(_ type: ID, count: Int, _ name: String, _ read: (UnsafeMutableRawPointer) -> Int32) throws
        -> [String]
    {
        guard library.H5Tget_class(type) == 3 else { throw InputError("'\(path)': \(name) holds no text") }
        if library.H5Tis_variable_str(type) > 0 {
            var pointers = [UnsafePointer<CChar>?](repeating: nil, count: count)
            guard count > 0 else { return [] }
            try check(read(&pointers), "\(name) is damaged")
            return pointers.map { $0.map { String(cString: $0) } ?? "" }
        }
        let width = library.H5Tget_size(type)
        guard width > 0, width < 1 << 16 else { throw InputError("'\(path)': \(name) is damaged") }
        var bytes = [UInt8](repeating: 0, count: max(1, count * width))
        try check(read(&bytes), "\(name) is damaged")
        return (0..<count).map { i in
            String(decoding: bytes[i * width..<(i + 1) * width].prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private func withDataset<Result>(_ name: String, _ body: (ID, [Int]) throws -> Result) throws -> Result {
        try follow(name)
        let dataset = try check(library.H5Dopen2(file, name, 0), "\(name) is not a data set, or damaged")
        defer { _ = library.H5Dclose(dataset) }
        let properties = try check(library.H5Dget_create_plist(dataset), "\(name) is damaged")
        defer { _ = library.H5Pclose(properties) }
        guard library.H5Pget_external_count(properties) <= 0, (0...2).contains(library.H5Pget_layout(properties)) else {
            throw InputError("'\(path)': the data of \(name) are in another file, which is not read")
        }
        let space = try check(library.H5Dget_space(dataset), "\(name) is damaged")
        defer { _ = library.H5Sclose(space) }
        let count = try check(library.H5Sget_simple_extent_ndims(space), "\(name) is damaged")
        guard count <= 2 else { throw InputError("'\(path)': \(name) has \(count) dimensions") }
        var sizes = [UInt64](repeating: 0, count: 2)
        try check(library.H5Sget_simple_extent_dims(space, &sizes, nil), "\(name) is damaged")
        let total = sizes.prefix(Int(count)).reduce(1.0) { $0 * Double($1) }
        guard total < 0x1p40 else { throw InputError("'\(path)': \(name) is damaged") }
        try Memory.refuse(8 * total, for: "the numbers of \(name)")
        return try body(dataset, sizes.prefix(Int(count)).map { Int($0) })
    }

    func numberAttribute(_ name: String, of object: String) throws -> Int64? {
        try withAttribute(name, of: object) { attribute, type in
            guard library.H5Tget_class(type) == 0 else { return nil }
            var values = [Int64](repeating: 0, count: 64)
            return library.H5Aread(attribute, library.int64, &values) >= 0 ? values[0] : nil
        }
    }

    func textAttribute(_ name: String, of object: String) throws -> String? {
        try withAttribute(name, of: object) { attribute, type in
            try? texts(type, count: 1, name) { library.H5Aread(attribute, type, $0) }.first
        }
    }

    /// An attribute with one element.
    private func withAttribute<Result>(_ name: String, of object: String, _ body: (ID, ID) throws -> Result?) throws
        -> Result?
    {
        try withObject(object) { object in
            guard library.H5Aexists(object, name) > 0 else { return nil }
            let attribute = try check(library.H5Aopen(object, name, 0), "the attribute \(name) is damaged")
            let type = library.H5Aget_type(attribute), space = library.H5Aget_space(attribute)
            defer {
                _ = library.H5Sclose(space)
                _ = library.H5Tclose(type)
                _ = library.H5Aclose(attribute)
            }
            var sizes: [UInt64] = [1, 1]
            let count = library.H5Sget_simple_extent_ndims(space)
            guard count == 0 || count == 1, library.H5Sget_simple_extent_dims(space, &sizes, nil) >= 0,
                count == 0 || sizes[0] == 1
            else { return nil }
            return try body(attribute, type)
        }
    }

    /// A data set that grows.
    final class Dataset {
        private let file: HDF5File
        private let id: ID
        private let name: String
        private let width: Int?
        private(set) var rows = 0

        init(file: HDF5File, id: ID, name: String, width: Int?) {
            (self.file, self.id, self.name, self.width) = (file, id, name, width)
        }

        deinit { _ = file.library.H5Dclose(id) }

        /// Appends whole rows.
        func append(_ values: [Double]) throws {
            let more = values.count / max(width ?? 1, 1)
            guard more > 0 else { return }
            let side = width.map { [UInt64($0)] } ?? []
            try file.check(file.library.H5Dset_extent(id, [UInt64(rows + more)] + side), "can't be written (\(name))")
            try put(values, first: rows, count: more)
            rows += more
        }

        func replace(_ values: [Double]) throws {
            try put(values, first: 0, count: values.count / max(width ?? 1, 1))
        }

        private func put(_ values: [Double], first: Int, count: Int) throws {
            let library = file.library
            let side = width.map { [UInt64($0)] } ?? []
            let space = library.H5Dget_space(id),
                memory = library.H5Screate_simple(
                    Int32(side.count + 1), [UInt64(count)] + side, nil)
            defer {
                _ = library.H5Sclose(space)
                _ = library.H5Sclose(memory)
            }
            let start = [UInt64(first)] + side.map { _ in 0 }
            _ = library.H5Sselect_hyperslab(space, 0, start, nil, [UInt64(count)] + side, nil)
            try file.check(library.H5Dwrite(id, library.double, memory, space, 0, values), "can't be written (\(name))")
        }
    }
}
