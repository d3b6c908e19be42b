#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The calls of the system's libhdf5 that are needed here, under their own names; it is opened when the first .h5 file
/// is (Docs/decisions.md). Versions from 1.10 on have them all, with 64-bit identifiers.
struct HDF5Library: @unchecked Sendable {
    typealias ID = Int64
    typealias Name = UnsafePointer<CChar>
    typealias Sizes = UnsafePointer<UInt64>

    let H5Fcreate: @convention(c) (Name, UInt32, ID, ID) -> ID
    let H5Fopen: @convention(c) (Name, UInt32, ID) -> ID
    let H5Fflush: @convention(c) (ID, Int32) -> Int32
    let H5Fclose: @convention(c) (ID) -> Int32
    let H5Gcreate2: @convention(c) (ID, Name, ID, ID, ID) -> ID
    let H5Gopen2: @convention(c) (ID, Name, ID) -> ID
    let H5Gget_info: @convention(c) (ID, UnsafeMutableRawPointer) -> Int32
    let H5Gclose: @convention(c) (ID) -> Int32
    let H5Lexists: @convention(c) (ID, Name, ID) -> Int32
    let H5Lget_info: @convention(c) (ID, Name, UnsafeMutableRawPointer, ID) -> Int32
    let H5Lget_name_by_idx:
        @convention(c) (ID, Name, Int32, Int32, UInt64, UnsafeMutablePointer<CChar>?, Int, ID) -> Int
    let H5Dcreate2: @convention(c) (ID, Name, ID, ID, ID, ID, ID) -> ID
    let H5Dopen2: @convention(c) (ID, Name, ID) -> ID
    let H5Dget_space: @convention(c) (ID) -> ID
    let H5Dget_type: @convention(c) (ID) -> ID
    let H5Dget_create_plist: @convention(c) (ID) -> ID
    let H5Dset_extent: @convention(c) (ID, Sizes) -> Int32
    let H5Dread: @convention(c) (ID, ID, ID, ID, ID, UnsafeMutableRawPointer) -> Int32
    let H5Dwrite: @convention(c) (ID, ID, ID, ID, ID, UnsafeRawPointer) -> Int32
    let H5Dclose: @convention(c) (ID) -> Int32
    let H5Screate: @convention(c) (Int32) -> ID
    let H5Screate_simple: @convention(c) (Int32, Sizes, Sizes?) -> ID
    let H5Sselect_hyperslab: @convention(c) (ID, Int32, Sizes, Sizes?, Sizes, Sizes?) -> Int32
    let H5Sget_simple_extent_ndims: @convention(c) (ID) -> Int32
    let H5Sget_simple_extent_dims:
        @convention(c) (ID, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>?) -> Int32
    let H5Sclose: @convention(c) (ID) -> Int32
    let H5Pcreate: @convention(c) (ID) -> ID
    let H5Pset_chunk: @convention(c) (ID, Int32, Sizes) -> Int32
    let H5Pset_obj_track_times: @convention(c) (ID, Bool) -> Int32
    let H5Pget_layout: @convention(c) (ID) -> Int32
    let H5Pget_external_count: @convention(c) (ID) -> Int32
    let H5Pclose: @convention(c) (ID) -> Int32
    let H5Acreate2: @convention(c) (ID, Name, ID, ID, ID, ID) -> ID
    let H5Aexists: @convention(c) (ID, Name) -> Int32
    let H5Aopen: @convention(c) (ID, Name, ID) -> ID
    let H5Aget_space: @convention(c) (ID) -> ID
    let H5Aget_type: @convention(c) (ID) -> ID
    let H5Aread: @convention(c) (ID, ID, UnsafeMutableRawPointer) -> Int32
    let H5Awrite: @convention(c) (ID, ID, UnsafeRawPointer) -> Int32
    let H5Aclose: @convention(c) (ID) -> Int32
    let H5Tcopy: @convention(c) (ID) -> ID
    let H5Tget_class: @convention(c) (ID) -> Int32
    let H5Tget_size: @convention(c) (ID) -> Int
    let H5Tset_size: @convention(c) (ID, Int) -> Int32
    let H5Tset_cset: @convention(c) (ID, Int32) -> Int32
    let H5Tis_variable_str: @convention(c) (ID) -> Int32
    let H5Tenum_create: @convention(c) (ID) -> ID
    let H5Tenum_insert: @convention(c) (ID, Name, UnsafeRawPointer) -> Int32
    let H5Tclose: @convention(c) (ID) -> Int32

    let double, float, int64, uint8, uint32, uint64, text: ID
    let datasetCreation: ID

    static let shared: Result<HDF5Library, InputError> = Result { () throws(InputError) in try HDF5Library() }

    private init() throws(InputError) {
        let library = try OpenLibrary()
        try library.prepare()

        H5Fcreate = try library.call("H5Fcreate")
        H5Fopen = try library.call("H5Fopen")
        H5Fflush = try library.call("H5Fflush")
        H5Fclose = try library.call("H5Fclose")
        H5Gcreate2 = try library.call("H5Gcreate2")
        H5Gopen2 = try library.call("H5Gopen2")
        H5Gget_info = try library.call("H5Gget_info")
        H5Gclose = try library.call("H5Gclose")
        H5Lexists = try library.call("H5Lexists")
        H5Lget_info = try library.call("H5Lget_info1", or: "H5Lget_info")
        H5Lget_name_by_idx = try library.call("H5Lget_name_by_idx")
        H5Dcreate2 = try library.call("H5Dcreate2")
        H5Dopen2 = try library.call("H5Dopen2")
        H5Dget_space = try library.call("H5Dget_space")
        H5Dget_type = try library.call("H5Dget_type")
        H5Dget_create_plist = try library.call("H5Dget_create_plist")
        H5Dset_extent = try library.call("H5Dset_extent")
        H5Dread = try library.call("H5Dread")
        H5Dwrite = try library.call("H5Dwrite")
        H5Dclose = try library.call("H5Dclose")
        H5Screate = try library.call("H5Screate")
        H5Screate_simple = try library.call("H5Screate_simple")
        H5Sselect_hyperslab = try library.call("H5Sselect_hyperslab")
        H5Sget_simple_extent_ndims = try library.call("H5Sget_simple_extent_ndims")
        H5Sget_simple_extent_dims = try library.call("H5Sget_simple_extent_dims")
        H5Sclose = try library.call("H5Sclose")
        H5Pcreate = try library.call("H5Pcreate")
        H5Pset_chunk = try library.call("H5Pset_chunk")
        H5Pset_obj_track_times = try library.call("H5Pset_obj_track_times")
        H5Pget_layout = try library.call("H5Pget_layout")
        H5Pget_external_count = try library.call("H5Pget_external_count")
        H5Pclose = try library.call("H5Pclose")
        H5Acreate2 = try library.call("H5Acreate2")
        H5Aexists = try library.call("H5Aexists")
        H5Aopen = try library.call("H5Aopen")
        H5Aget_space = try library.call("H5Aget_space")
        H5Aget_type = try library.call("H5Aget_type")
        H5Aread = try library.call("H5Aread")
        H5Awrite = try library.call("H5Awrite")
        H5Aclose = try library.call("H5Aclose")
        H5Tcopy = try library.call("H5Tcopy")
        H5Tget_class = try library.call("H5Tget_class")
        H5Tget_size = try library.call("H5Tget_size")
        H5Tset_size = try library.call("H5Tset_size")
        H5Tset_cset = try library.call("H5Tset_cset")
        H5Tis_variable_str = try library.call("H5Tis_variable_str")
        H5Tenum_create = try library.call("H5Tenum_create")
        H5Tenum_insert = try library.call("H5Tenum_insert")
        H5Tclose = try library.call("H5Tclose")

        double = try library.value("H5T_NATIVE_DOUBLE_g")
        float = try library.value("H5T_NATIVE_FLOAT_g")
        int64 = try library.value("H5T_NATIVE_INT64_g")
        uint8 = try library.value("H5T_NATIVE_UINT8_g")
        uint32 = try library.value("H5T_NATIVE_UINT32_g")
        uint64 = try library.value("H5T_NATIVE_UINT64_g")
        text = try library.value("H5T_C_S1_g")
        datasetCreation = try library.value("H5P_CLS_DATASET_CREATE_ID_g")
    }
}

/// The library as the system has it.
private struct OpenLibrary {
    private let handle: UnsafeMutableRawPointer

    init() throws(InputError) {
        // 1.10, 1.12, 1.14, and whatever a development package names
        let versions = [".103", ".200", ".310", ""]
        let names = versions.flatMap { ["libhdf5_serial.so\($0)", "libhdf5.so\($0)"] }
        guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first else {
            let problem = dlerror().map { String(cString: $0) } ?? ""
            let isMissing = problem.hasSuffix("No such file or directory")
            throw InputError(
                "reading and writing .h5 needs libhdf5 (\(isMissing ? "on Debian: apt install libhdf5-dev" : problem))")
        }
        self.handle = handle
    }

    func call<T>(_ name: String, or older: String? = nil) throws(InputError) -> T {
        guard let address = dlsym(handle, name) ?? older.flatMap({ dlsym(handle, $0) }) else {
            throw InputError("this libhdf5 has no \(name): version 1.10 or later is needed")
        }
        return unsafeBitCast(address, to: T.self)
    }

    /// Of an identifier that the library keeps, once it is prepared.
    func value(_ name: String) throws(InputError) -> HDF5Library.ID {
        let address: UnsafePointer<HDF5Library.ID> = try call(name)
        return address.pointee
    }

    /// To be called first: the library makes its identifiers. 1.10 is the oldest version with identifiers of 64 bits.
    func prepare() throws(InputError) {
        typealias Number = UnsafeMutablePointer<UInt32>
        let H5open: @convention(c) () -> Int32 = try call("H5open")
        let H5get_libversion: @convention(c) (Number, Number, Number) -> Int32 = try call("H5get_libversion")
        var version: (UInt32, UInt32, UInt32) = (0, 0, 0)
        guard H5open() >= 0, H5get_libversion(&version.0, &version.1, &version.2) >= 0, version.0 > 1 || version.1 >= 10
        else { throw InputError("libhdf5 \(version.0).\(version.1) is too old: version 1.10 or later is needed") }
        // no messages on the terminal, no filters from files that are not the library's own
        typealias Handler = UnsafeRawPointer
        let H5Eset_auto2: @convention(c) (HDF5Library.ID, Handler?, Handler?) -> Int32 = try call("H5Eset_auto2")
        let H5PLset_loading_state: @convention(c) (UInt32) -> Int32 = try call("H5PLset_loading_state")
        _ = H5Eset_auto2(0, nil, nil)
        _ = H5PLset_loading_state(0)
    }
}
