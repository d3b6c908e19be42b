// swift-tools-version: 6.1
import PackageDescription

// Two variables shape the machine code, never the results (Docs/decisions.md):
//   ASTROLUA_CPU           the processor to build for, as in clang's -march (default: the one that builds)
//   ASTROLUA_VECTOR_WIDTH  doubles in a vector of the kernels: 2, 4 or 8 (default: 8)
let cpu = Context.environment["ASTROLUA_CPU"] ?? "native"
let vectorWidth = Context.environment["ASTROLUA_VECTOR_WIDTH"] ?? "8"

let engine: [SwiftSetting] = [
    .unsafeFlags(["-Xcc", "-march=\(cpu)", "-Xcc", "-ffp-contract=off"]),
    .define("VECTOR_WIDTH_\(vectorWidth)"),
    // accesses are checked in debug builds; in the loops over spikes the checks would cost some percent
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

// Formulas run through the same functions in debug builds: -O2 makes them chains of jumps in either.
let chains: [CSetting] = [
    .unsafeFlags(["-march=\(cpu)", "-ffp-contract=off", "-fomit-frame-pointer", "-O2"]),
    .define("ASTRO_VECTOR_WIDTH", to: vectorWidth),
]

// A Lua that is linked statically is there for C modules, too, which find it in the program (--trust).
let exportedLua = LinkerSetting.unsafeFlags(
    ["-Xlinker", "--dynamic-list=\(Context.packageDirectory)/Sources/CLua/exported.list"])

// Swift's own libraries are part of the program, so that it runs where there is no Swift. This is said here and not by the option
// --static-swift-stdlib, which would compile everything once more: tests need these libraries as files. The last three are what
// FoundationEssentials, which ArgumentParser imports, is made of.
let staticSwift = LinkerSetting.unsafeFlags(
    ["-static-stdlib"]
        + ["FoundationEssentials", "_FoundationCShims", "_FoundationCollections", "_FoundationICU"].map { "-l\($0)" },
    .when(platforms: [.linux]))

// The command line has no long loops, nor have these tests: they wait for what they call, and compile in half of the time.
let quickly: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

// The fuzzer has a main of its own, so it is part of the package only when asked for: Tests/fuzz.sh.
let fuzzer: [Target] =
    Context.environment["ASTROLUA_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "Fuzz", dependencies: ["AstroLua", "LuaBridge", "AstroCore", "Equations", "CLua"], path: "Tests/Fuzz",
            exclude: ["corpus", "tables.lua", "lua.dict", "models.dict", "pages.dict"])
    ]

let package = Package(
    name: "astrolua",
    products: [
        .executable(name: "astrolua", targets: ["Program"]),
        .library(name: "AstroCore", targets: ["AstroCore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .target(name: "CLuaHost", dependencies: ["CLua"], cSettings: [.unsafeFlags(["-ffp-contract=off"])]),
        .target(name: "LuaShim", dependencies: ["CLuaHost", "CLua"]),
        .target(name: "CLanes", cSettings: chains),
        .target(name: "CEdit"),
        .target(name: "CFork", cSettings: [.define("ENGINE_CPU", to: "\"\(cpu)\"")]),
        .target(name: "CMPI"),
        .target(name: "CSandbox"),
        .target(name: "AstroBase", dependencies: ["CFork"]),
        .target(name: "Equations", dependencies: ["AstroBase"]),
        .target(
            name: "AstroCore", dependencies: ["AstroBase", "Equations", "CLanes", "CMPI"], exclude: ["README.md"],
            swiftSettings: engine),
        .target(name: "LuaBridge", dependencies: ["AstroBase", "LuaShim", "CLuaHost", "CLua"]),
        .target(
            name: "AstroLua",
            dependencies: ["AstroCore", "Equations", "LuaBridge", "LuaShim", "CLuaHost", "CLua", "CSandbox"],
            resources: [.embedInCode("Runtime/prelude.lua"), .embedInCode("Replay/appending.lua")]),
        .executableTarget(
            name: "Program",
            dependencies: [
                "AstroLua", "LuaBridge", "AstroCore", "CEdit", "CFork", "CSandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: quickly, linkerSettings: [exportedLua, staticSwift]),
        .testTarget(name: "AstroCoreTests", dependencies: ["AstroCore", "CLanes"]),
        .testTarget(name: "AstroLuaTests", dependencies: ["AstroLua", "LuaBridge"], swiftSettings: quickly),
        .testTarget(name: "ProgramTests", dependencies: ["AstroCore", "SandboxProbe"], swiftSettings: quickly),
        .executableTarget(name: "SandboxProbe", dependencies: ["CSandbox"], path: "Tests/SandboxProbe"),
    ] + fuzzer
)
