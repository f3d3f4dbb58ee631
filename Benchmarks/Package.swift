// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that whoever builds the vault never resolves or builds what only the measuring needs.
// `run.sh` gives it the vault's own pins: the floor is then made of the very SwiftNIO that the daemon is made of.

let nio = "swift-nio"

let package = Package(
    name: "warder-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
    ],
    targets: [
        // MARK: What must cost next to nothing, in C
        .target(name: "LatencyHistogram"),
        .executableTarget(name: "load-generator", dependencies: ["LatencyHistogram"]),
        .executableTarget(name: "sync-meter", dependencies: ["LatencyHistogram"]),

        // MARK: What it is compared with
        .executableTarget(
            name: "http-floor",
            dependencies: [
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
            ]
        ),

        // MARK: What runs it all
        .systemLibrary(name: "CBenchSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .executableTarget(
            name: "warder-bench",
            dependencies: [
                "CBenchSodium", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
            ]
        ),
    ]
)

for target in package.targets {
    switch target.name {
    case "http-floor", "warder-bench":
        target.swiftSettings = [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .strictMemorySafety(),
        ]
    case "CBenchSodium": break
    default: target.cSettings = [.define("_GNU_SOURCE")]
    }
}
