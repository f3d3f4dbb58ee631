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
        .executable(name: "warder-worker", targets: ["warder-worker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-collections", .upToNextMinor(from: "1.6.0")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-nio-ssl", .upToNextMinor(from: "2.37.6")),
        .package(url: "https://github.com/apple/swift-system", .upToNextMinor(from: "1.8.1")),
        .package(url: "https://github.com/groue/GRDB.swift", .upToNextMinor(from: "7.10.0")),
        .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", .upToNextMinor(from: "2.13.0")),
    ],
    targets: [
        // MARK: Ground
        .systemLibrary(name: "CWarderSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CWarderPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CWarderLinux"),
        .target(name: "Locking", dependencies: [.product(name: "NIOConcurrencyHelpers", package: nio)]),
        .target(name: "StrictJSON", dependencies: ["SecretMemory"]),
        .target(name: "SecretMemory", dependencies: ["CWarderSodium", "Locking"]),
        .target(name: "WarderCrypto", dependencies: ["CWarderSodium", "SecretMemory"]),
        .target(name: "WarderModel"),
        .target(name: "Rotating", dependencies: ["Scheduling", "WarderModel"]),
        .target(
            name: "WarderLinux",
            dependencies: [
                "CWarderLinux", "Locking", "WarderModel", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),

        .target(name: "TransparencyLog", dependencies: ["StrictJSON", "WarderCrypto"]),
        .target(
            name: "Scheduling",
            dependencies: ["WarderModel", .product(name: "HeapModule", package: "swift-collections")]
        ),
        .target(name: "Alerting", dependencies: ["Scheduling", "WarderModel"]),
        .target(name: "SecretRecipes", dependencies: ["SecretMemory"]),
        .target(name: "SecretRedaction", dependencies: ["SecretMemory"]),
        .target(
            name: "ClientConfigurations",
            dependencies: ["SecretMemory", "StrictJSON", "UpstreamAddresses", "WarderCrypto", "WarderModel"]
        ),
        .target(name: "UpstreamAddresses"),
        .target(name: "ToolDefinitions", dependencies: ["StrictJSON", "WarderCrypto", "WarderModel"]),
        .target(
            name: "OpenAPIDocuments",
            dependencies: ["StrictJSON", "ToolDefinitions", "WarderCrypto", "WarderModel", "Yams"]
        ),
        .target(name: "ToolRisk", dependencies: ["StrictJSON", "ToolDefinitions", "WarderModel"]),

        .target(name: "Reviewing", dependencies: ["StrictJSON", "WarderCrypto", "WarderModel"]),
        .target(
            name: "DocumentReviewing",
            dependencies: ["OpenAPIDocuments", "Reviewing", "ToolDefinitions", "ToolRisk", "WarderModel"]
        ),

        .target(
            name: "Declarations",
            dependencies: [
                "Alerting", "ClientConfigurations", "OpenAPIDocuments", "Rotating", "Scheduling", "SecretRecipes",
                "WarderModel", "WarderWire", "Yams",
            ]
        ),

        // MARK: Vault
        .target(name: "SecretShares", dependencies: ["SecretMemory", "WarderCrypto", "WarderModel"]),
        .target(name: "Sealing", dependencies: ["SecretMemory", "SecretShares", "WarderCrypto", "WarderModel"]),
        .target(
            name: "WarderCore",
            dependencies: [
                "Alerting", "Locking", "Reviewing", "Rotating", "Scheduling", "Sealing", "SecretMemory", "SecretShares",
                "SecretRecipes",
                "StrictJSON", "ToolDefinitions", "ToolRisk", "TransparencyLog", "WarderCrypto", "WarderModel",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "WarderStoreSQLite",
            dependencies: [
                "Locking", "Sealing", "SecretShares", "TransparencyLog", "WarderCore", "WarderModel",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),

        // MARK: Programs
        .target(name: "WarderWire", dependencies: ["SecretMemory", "StrictJSON"]),
        .target(
            name: "UnixHTTP",
            dependencies: [.product(name: "SystemPackage", package: "swift-system")]
        ),
        .target(
            name: "WarderHTTP",
            dependencies: [
                "Alerting", "Locking", "Reviewing", "Rotating", "Scheduling", "Sealing", "SecretMemory", "SecretShares",
                "SecretRecipes",
                "StrictJSON", "ToolDefinitions", "TransparencyLog", "WarderCore", "WarderLinux", "WarderModel",
                "WarderWire",
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOPosix", package: nio),
            ]
        ),
        .target(
            name: "WarderConfiguration",
            dependencies: [
                "SecretMemory", "UpstreamAddresses", "WarderCrypto", "WarderLinux", "WarderModel",
                .product(name: "Logging", package: "swift-log"), "Yams",
            ]
        ),
        .target(
            name: "WarderDaemon",
            dependencies: [
                "Alerting", "Locking", "Sealing", "SecretMemory", "SecretShares", "StrictJSON", "TransparencyLog",
                "WarderConfiguration",
                "WarderCore", "WarderCrypto", "WarderHTTP", "WarderLinux", "WarderModel", "WarderStoreSQLite",
                "WarderWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
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
            name: "Launching",
            dependencies: [
                "SecretMemory", "StrictJSON", "UnixHTTP", "WarderLinux", "WarderModel", "WarderWire",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "UpstreamSecurity",
            dependencies: [
                "UpstreamAddresses", .product(name: "NIOCore", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "UpstreamProxy",
            dependencies: [
                "Locking", "SecretMemory", "SecretRedaction", "StrictJSON", "UpstreamAddresses", "UpstreamSecurity",
                "WarderClient", "WarderCrypto",
                "WarderLinux",
                "WarderModel", "WarderWire", .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOPosix", package: nio),
            ]
        ),
        .target(
            name: "WarderCommands",
            dependencies: [
                "Alerting", "ClientConfigurations", "Declarations", "DocumentReviewing", "Launching", "Locking",
                "OpenAPIDocuments", "Reviewing", "SecretMemory", "SecretShares", "StrictJSON", "ToolDefinitions",
                "ToolRisk", "TransparencyLog", "UnixHTTP", "UpstreamAddresses", "UpstreamProxy", "WarderClient",
                "WarderConfiguration", "WarderCrypto",
                "WarderLinux", "WarderModel", "WarderWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"), "Yams",
            ]
        ),
        .target(
            name: "WarderWorker",
            dependencies: [
                "CWarderPostgres", "Locking", "SecretMemory", "SecretRedaction", "StrictJSON", "UnixHTTP",
                "UpstreamAddresses", "UpstreamSecurity",
                "WarderConfiguration",
                "WarderCrypto", "WarderLinux", "WarderModel", "WarderWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .executableTarget(name: "warderd", dependencies: ["WarderDaemon"]),
        .executableTarget(name: "warder", dependencies: ["WarderCommands"]),
        .executableTarget(name: "warder-worker", dependencies: ["WarderWorker"]),

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
        // Does with WarderClient what clients/conformance tells it.
        .executableTarget(
            name: "conformance-runner",
            dependencies: ["Locking", "SecretMemory", "WarderClient", "WarderWire"],
            path: "clients/conformance/runners/swift",
            // Its `clock_gettime` has to be seen by the libraries that the process loads.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]
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
                "Alerting", "Locking", "Reviewing", "Rotating", "Scheduling", "Sealing", "SecretMemory", "SecretShares",
                "StrictJSON",
                "ToolDefinitions",
                "TransparencyLog", "WarderCore", "WarderCrypto",
                "WarderModel", "WarderStoreSQLite", "WarderTesting",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]
        ),
        // Random numbers that a printed seed gives again, for tests of modules that know no server.
        .target(name: "RandomTesting", path: "Tests/RandomTesting"),
        // What damage to real files does, by the thousand: `make damage`.
        .testTarget(
            name: "DamageTests",
            dependencies: [
                "Alerting", "Rotating", "Scheduling", "Sealing", "SecretMemory", "StrictJSON", "ToolDefinitions",
                "TransparencyLog", "WarderCore", "WarderCrypto", "WarderDaemon", "WarderModel", "WarderStoreSQLite",
                "WarderTesting", "WarderWire", .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "WarderHTTPTests",
            dependencies: [
                "Locking", "Rotating", "Scheduling", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderCore",
                "WarderCrypto",
                "WarderHTTP", "WarderLinux", "WarderModel", "WarderTesting", "WarderWire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio), "Yams",
            ]
        ),
        .testTarget(name: "StrictJSONTests", dependencies: ["RandomTesting", "StrictJSON", "SecretMemory"]),
        .testTarget(
            name: "WarderLinuxTests",
            dependencies: [
                "Locking", "RandomTesting", "WarderLinux", "WarderModel",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "WarderCommandsTests",
            dependencies: [
                "warder", "Locking", "Rotating", "Scheduling", "SecretMemory", "Sealing", "StrictJSON",
                "ToolDefinitions", "TransparencyLog", "UnixHTTP", "WarderCommands", "WarderConfiguration", "WarderCore",
                "WarderCrypto",
                "WarderHTTP", "WarderLinux", "WarderModel", "WarderTesting", "WarderWire",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Transcripts"]
        ),
        .testTarget(
            name: "WarderConfigurationTests",
            dependencies: [
                "RandomTesting", "SecretMemory", "UpstreamAddresses", "WarderConfiguration", "WarderLinux",
                "WarderModel",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        // A disk that loses power, fills up and fails. For tests alone: no program depends on it.
        .target(name: "CWarderFaultyVFS", path: "Tests/CWarderFaultyVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "WarderStoreSQLiteTests",
            dependencies: [
                "CWarderFaultyVFS", "Locking", "Sealing", "SecretShares", "WarderCore", "WarderModel",
                "WarderStoreSQLite",
                "WarderTesting",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .testTarget(name: "SecretMemoryTests", dependencies: ["RandomTesting", "SecretMemory"]),
        .testTarget(
            name: "SealingTests",
            dependencies: ["RandomTesting", "Sealing", "SecretMemory", "SecretShares", "WarderCrypto", "WarderModel"]
        ),
        .testTarget(name: "WarderCryptoTests", dependencies: ["RandomTesting", "WarderCrypto", "SecretMemory"]),
        .testTarget(
            name: "TransparencyLogTests",
            dependencies: ["RandomTesting", "SecretMemory", "StrictJSON", "TransparencyLog", "WarderCrypto"]
        ),
        .testTarget(name: "WarderWireTests", dependencies: ["SecretMemory", "StrictJSON", "WarderWire"]),
        .testTarget(name: "RotatingTests", dependencies: ["Rotating", "Scheduling", "WarderModel", "WarderTesting"]),
        // A real PostgreSQL server in a temporary folder, for tests.
        .target(name: "PostgresTesting", dependencies: ["CWarderPostgres"], path: "Tests/PostgresTesting"),
        .testTarget(
            name: "WarderWorkerTests",
            dependencies: [
                "Locking", "PostgresTesting", "SecretMemory", "StrictJSON", "WarderConfiguration", "WarderLinux",
                "WarderWire",
                "WarderWorker", "warder-worker", "example-notes-upstream", .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOPosix", package: nio),
            ]
        ),
        .testTarget(
            name: "LaunchingTests",
            dependencies: ["Launching", "UnixHTTP", "WarderLinux", "WarderModel", "WarderWire"]
        ),
        .testTarget(name: "WarderModelTests", dependencies: ["RandomTesting", "WarderModel"]),
        .testTarget(name: "AlertingTests", dependencies: ["Alerting", "Scheduling", "WarderModel", "WarderTesting"]),
        .testTarget(name: "SchedulingTests", dependencies: ["RandomTesting", "Scheduling", "WarderModel"]),
        .testTarget(name: "SecretRedactionTests", dependencies: ["RandomTesting", "SecretMemory", "SecretRedaction"]),
        .testTarget(
            name: "UpstreamProxyTests",
            dependencies: [
                "Locking", "SecretMemory", "SecretRedaction", "StrictJSON", "UpstreamAddresses", "UpstreamProxy",
                "WarderClient", "WarderCore", "WarderLinux", "WarderModel",
                "WarderTesting",
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(name: "SecretRecipesTests", dependencies: ["SecretMemory", "SecretRecipes"]),
        .testTarget(name: "ToolDefinitionsTests", dependencies: ["StrictJSON", "ToolDefinitions", "WarderModel"]),
        .testTarget(
            name: "ClientConfigurationsTests",
            dependencies: ["ClientConfigurations", "RandomTesting", "SecretMemory", "StrictJSON", "WarderModel"]
        ),
        .testTarget(
            name: "DeclarationsTests",
            dependencies: [
                "Alerting", "Declarations", "Rotating", "Scheduling", "WarderCore", "WarderHTTP", "WarderModel",
                "WarderTesting", "WarderWire",
            ]
        ),
        .testTarget(
            name: "OpenAPIDocumentsTests",
            dependencies: ["OpenAPIDocuments", "StrictJSON", "ToolDefinitions", "WarderModel"]
        ),
        .testTarget(
            name: "ToolRiskTests",
            dependencies: ["OpenAPIDocuments", "StrictJSON", "ToolDefinitions", "ToolRisk", "WarderModel"]
        ),
        .testTarget(
            name: "ReviewingTests",
            dependencies: ["DocumentReviewing", "Reviewing", "StrictJSON", "WarderModel"]
        ),
        .testTarget(
            name: "WarderClientTests",
            dependencies: [
                "Locking", "SecretMemory", "WarderClient", "WarderCore", "WarderModel", "WarderTesting", "WarderWire",
                "example-notes-server", "example-notes-upstream",
                .product(name: "NIOCore", package: nio), .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOPosix", package: nio),
            ]
        ),
        .testTarget(
            name: "WarderManualsTests",
            dependencies: [
                "WarderCommands", "WarderConfiguration", "WarderDaemon", "WarderManuals", "WarderWorker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(
            name: "WarderDaemonTests",
            dependencies: ["WarderCore", "WarderDaemon", "WarderModel", "WarderTesting"]
        ),
        .executableTarget(
            name: "warderd-on-faulty-disk",
            dependencies: ["CWarderFaultyVFS", "WarderDaemon", "WarderStoreSQLite", "WarderTesting"],
            path: "Tests/FaultyDaemon"
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Locking", "PostgresTesting", "Reviewing", "WarderClient", "WarderCommands", "WarderCore",
                "WarderModel", "WarderStoreSQLite", "WarderTesting", "warderd", "warder", "warder-worker",
                "warderd-on-faulty-disk",
                "example-notes-server", "example-notes-upstream",
            ]
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
                "ClientConfigurations", "Declarations", "Launching", "OpenAPIDocuments", "Reviewing", "Rotating",
                "Scheduling", "Sealing", "SecretMemory", "SecretRecipes", "SecretRedaction", "SecretShares",
                "StrictJSON",
                "ToolDefinitions", "TransparencyLog", "UnixHTTP", "UpstreamAddresses", "UpstreamProxy", "WarderClient",
                "WarderCommands", "WarderConfiguration", "WarderCore", "WarderCrypto", "WarderDaemon", "WarderHTTP",
                "WarderLinux", "WarderModel", "WarderStoreSQLite", "WarderTesting", "WarderWire", "WarderWorker",
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

// What is measured within one process needs the vault's own modules, so that it cannot be in the benchmarks' package.
if Context.environment["WARDER_BENCHMARKS"] == "1" {
    package.targets += [
        .executableTarget(name: "client-meter", dependencies: ["WarderClient"], path: "Benchmarks/ClientMeter"),
        .executableTarget(
            name: "log-meter",
            dependencies: [
                "Sealing", "TransparencyLog", "WarderCore", "WarderModel", "WarderStoreSQLite",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Benchmarks/LogMeter"
        ),
    ]
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
