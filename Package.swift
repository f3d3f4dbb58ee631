// swift-tools-version: 6.2

import PackageDescription

// The dependency lists below are the architecture: a module that is not listed cannot be imported (the build passes
// `--explicit-target-dependency-import-check error`). docs/design/module-map.md says what lives where and why.

let nio = "swift-nio"

let package = Package(
    name: "warder",
    products: [
        .library(name: "WarderClient", targets: ["WarderClient", "WarderWire", "SecretMemory"]),
        .executable(name: "warderd", targets: ["warderd"]),
        .executable(name: "warder", targets: ["warder"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-collections", .upToNextMinor(from: "1.6.0")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-system", .upToNextMinor(from: "1.8.1")),
        .package(url: "https://github.com/groue/GRDB.swift", .upToNextMinor(from: "7.10.0")),
        .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", .upToNextMinor(from: "2.13.0")),
    ],
    targets: [
        // MARK: Ground
        .systemLibrary(name: "CWarderSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "CWarderLinux"),
        .target(name: "Locking", dependencies: [.product(name: "NIOConcurrencyHelpers", package: nio)]),
        .target(name: "StrictJSON", dependencies: ["SecretMemory"]),
        .target(name: "SecretMemory", dependencies: ["CWarderSodium", "Locking"]),
        .target(name: "WarderCrypto", dependencies: ["CWarderSodium", "SecretMemory"]),
        .target(name: "WarderModel"),
        .target(
            name: "WarderLinux",
            dependencies: [
                "CWarderLinux", "Locking", "WarderModel", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),

        .target(name: "TransparencyLog", dependencies: ["StrictJSON", "WarderCrypto"]),

        // MARK: Vault
        .target(name: "Sealing", dependencies: ["SecretMemory", "WarderCrypto", "WarderModel"]),
        .target(
            name: "WarderCore",
            dependencies: [
                "Locking", "Sealing", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderCrypto", "WarderModel",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "WarderStoreSQLite",
            dependencies: [
                "Locking", "Sealing", "TransparencyLog", "WarderCore", "WarderModel",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),

        // MARK: Programs
        .target(name: "WarderWire", dependencies: ["SecretMemory", "StrictJSON"]),
        .target(
            name: "WarderHTTP",
            dependencies: [
                "Locking", "Sealing", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderCore", "WarderLinux",
                "WarderModel", "WarderWire",
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOPosix", package: nio),
            ]
        ),
        .target(
            name: "WarderConfiguration",
            dependencies: [
                "SecretMemory", "WarderCrypto", "WarderLinux", "WarderModel",
                .product(name: "Logging", package: "swift-log"), "Yams",
            ]
        ),
        .target(
            name: "WarderDaemon",
            dependencies: [
                "Locking", "Sealing", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderConfiguration",
                "WarderCore", "WarderCrypto",
                "WarderHTTP", "WarderLinux", "WarderModel", "WarderStoreSQLite", "WarderWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOPosix", package: nio),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "WarderClient",
            dependencies: [
                "Locking", "SecretMemory", "StrictJSON", "WarderLinux", "WarderModel", "WarderWire",
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
            ],
            exclude: ["README.md"]
        ),
        .target(
            name: "WarderCommands",
            dependencies: [
                "SecretMemory", "StrictJSON", "TransparencyLog", "WarderConfiguration", "WarderLinux", "WarderModel",
                "WarderWire", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"), "Yams",
            ]
        ),
        .executableTarget(name: "warderd", dependencies: ["WarderDaemon"]),
        .executableTarget(name: "warder", dependencies: ["WarderCommands"]),

        // Prints manual pages when the programs are built; not installed.
        .target(name: "WarderManuals", dependencies: ["WarderConfiguration", "WarderModel"]),
        .executableTarget(
            name: "warder-manuals",
            dependencies: ["WarderManuals", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),

        // MARK: Examples
        .executableTarget(
            name: "example-notes-server",
            dependencies: [
                "StrictJSON", "WarderClient", "WarderWire", .product(name: "NIOPosix", package: nio),
            ],
            path: "Examples/notes-server"
        ),
        .executableTarget(
            name: "example-notes-upstream",
            dependencies: [
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
            ],
            path: "Examples/notes-upstream"
        ),
        // A real vault and a real server on temporary files, for tests.
        .target(
            name: "WarderTesting",
            dependencies: [
                "Locking", "Sealing", "SecretMemory", "TransparencyLog", "WarderCore", "WarderCrypto", "WarderHTTP",
                "WarderLinux", "WarderModel",
                "WarderStoreSQLite", .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "WarderCoreTests",
            dependencies: [
                "Locking", "Sealing", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderCore", "WarderCrypto",
                "WarderModel", "WarderStoreSQLite", "WarderTesting",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]
        ),
        .testTarget(
            name: "WarderHTTPTests",
            dependencies: [
                "Locking", "SecretMemory", "StrictJSON", "WarderCore", "WarderCrypto", "WarderHTTP", "WarderModel",
                "WarderTesting", "WarderWire", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio), "Yams",
            ]
        ),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON", "SecretMemory"]),
        .testTarget(
            name: "WarderLinuxTests",
            dependencies: [
                "Locking", "WarderLinux", "WarderModel", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "WarderCommandsTests",
            dependencies: [
                "warder", "Locking", "SecretMemory", "Sealing", "StrictJSON", "WarderCommands", "WarderConfiguration",
                "WarderCore", "WarderHTTP", "WarderLinux", "WarderModel", "WarderTesting", "WarderWire",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Transcripts"]
        ),
        .testTarget(
            name: "WarderConfigurationTests",
            dependencies: [
                "SecretMemory", "WarderConfiguration", "WarderLinux", "WarderModel",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        // A disk that loses power, fills up and fails. For tests alone: no program depends on it.
        .target(name: "CWarderFaultyVFS", path: "Tests/CWarderFaultyVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "WarderStoreSQLiteTests",
            dependencies: [
                "CWarderFaultyVFS", "Locking", "Sealing", "WarderCore", "WarderModel", "WarderStoreSQLite",
                "WarderTesting",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .testTarget(name: "SecretMemoryTests", dependencies: ["SecretMemory"]),
        .testTarget(name: "SealingTests", dependencies: ["Sealing", "SecretMemory", "WarderCrypto", "WarderModel"]),
        .testTarget(name: "WarderCryptoTests", dependencies: ["WarderCrypto", "SecretMemory"]),
        .testTarget(
            name: "TransparencyLogTests",
            dependencies: ["SecretMemory", "StrictJSON", "TransparencyLog", "WarderCrypto"]
        ),
        .testTarget(name: "WarderModelTests", dependencies: ["WarderModel"]),
        .testTarget(
            name: "WarderClientTests",
            dependencies: [
                "Locking", "SecretMemory", "WarderClient", "WarderWire", "example-notes-server",
                "example-notes-upstream",
                .product(name: "NIOCore", package: nio), .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOPosix", package: nio),
            ]
        ),
        .testTarget(
            name: "WarderManualsTests",
            dependencies: [
                "WarderCommands", "WarderConfiguration", "WarderDaemon", "WarderManuals",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(
            name: "warderd-on-faulty-disk",
            dependencies: ["CWarderFaultyVFS", "WarderDaemon", "WarderTesting"],
            path: "Tests/FaultyDaemon"
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["Locking", "warderd", "warder", "warderd-on-faulty-disk"]
        ),
    ]
)

let writtenInC: Set = ["CWarderFaultyVFS", "CWarderLinux"]

// Fuzzing needs a build of its own (docs/design/fuzzing.md), so that no other build sees these targets.
if Context.environment["WARDER_FUZZING"] == "1" {
    package.targets += [
        .executableTarget(
            name: "warder-fuzz",
            dependencies: [
                "Sealing", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderClient", "WarderCommands",
                "WarderConfiguration", "WarderCore", "WarderCrypto", "WarderHTTP", "WarderLinux", "WarderModel",
                "WarderTesting", "WarderWire",
                .product(name: "NIOCore", package: nio), .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOHTTP1", package: nio), "Yams",
            ],
            path: "Tests/Fuzzing/Harnesses"
        )
    ]
    // Only what is ours leads the fuzzer on: what else a run passes through is not what is looked for.
    for target in package.targets where target.type != .system && !writtenInC.contains(target.name) {
        let coverage = "-sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table"
        target.swiftSettings = [.unsafeFlags([coverage])]
    }
}

for target in package.targets where target.type != .system && !writtenInC.contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .strictMemorySafety(),
        ]
}
