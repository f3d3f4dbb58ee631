import Foundation
import PostgresTesting
import Testing

/// A real PostgreSQL server, and the configuration of a worker that names it.
struct PostgresStand: Sendable {
    let server: PostgresServer
    let workshop: Workshop

    init() throws {
        server = try PostgresServer()
        workshop = try Workshop()
        let (folder, port) = (server.folder, server.port)
        try workshop.configure(
            """
              postgres:
                main: {host: \(folder), port: \(port), database: postgres, tls: disable}
                trusting: {host: \(folder), port: \(port), database: \(PostgresServer.trusting)}
                hostile: {host: \(folder), port: \(port), database: hostile, tls: disable}
                absent: {host: \(folder)/nowhere, database: postgres}
                no-database: {host: \(folder), port: \(port), database: nothing}
                tls: {host: localhost, port: \(port), database: postgres, ca: \(server.file("server.crt"))}
                tls-other: {host: localhost, port: \(port), database: postgres, ca: \(server.file("other.crt"))}
                tls-name: {host: 127.0.0.1, port: \(port), database: postgres, ca: \(server.file("server.crt"))}
            """
        )
    }
}

/// A server for all tests of a suite.
struct RunningPostgres: SuiteTrait, TestScoping {
    @TaskLocal static var stand: PostgresStand?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let stand = try PostgresStand()
        defer { stand.server.stop() }
        try await Self.$stand.withValue(stand) { try await function() }
    }
}
