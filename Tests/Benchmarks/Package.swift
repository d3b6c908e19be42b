// swift-tools-version: 6.1
import PackageDescription

// A package of its own: the program and its tests need no benchmark library.
let package = Package(
    name: "astrolua-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "astrolua", path: "../.."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Kernels",
            dependencies: [
                .product(name: "AstroCore", package: "astrolua"), .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Kernels",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
