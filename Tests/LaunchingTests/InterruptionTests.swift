import Glibc
import Testing
import UnixHTTP
import WarderModel
import WarderWire

@testable import Launching

/// A launcher whose vault is away, busy, or does not know it just now. While it tries, nothing else may wait for it.
@Suite struct InterruptionTests {
    private static let launch = #"{"launch":"lch_0aPLqHAQbPKRjY4zV2o1xk","server":"notes"}"#

    private static func plan(_ socket: CrowdedSocket, _ secrets: [String] = []) throws -> LaunchPlan {
        LaunchPlan(
            server: try ServerName("notes"),
            command: ["true"],
            secrets: try secrets.map { try EnvironmentSecret($0) },
            policy: .restart,
            socket: socket.path,
            variables: [:],
            mask: 0o077
        )
    }

    /// Why there is no connection; `nil` where there is one.
    private static func fault(_ path: String) -> ConnectionFault? {
        do throws(ConnectionFault) {
            // Whoever waits here waits for ten minutes.
            _ = try UnixSocket(path: path, timeoutSeconds: 600, waits: false)
            return nil
        } catch { return error }
    }

    @Test("where there is no place for one more connection nobody waits for it")
    func crowded() throws {
        let socket = try CrowdedSocket()
        try socket.fill()
        guard case .cannotConnect = Self.fault(socket.path) else {
            Issue.record("it has connected")
            return
        }
        try socket.takeAll()
        #expect(Self.fault(socket.path) == nil)
    }

    @Test("a launch that is lost while the vault has no place for the launcher is asked for soon, until it is on again")
    func crowdedAgain() throws {
        let socket = try CrowdedSocket()
        let plan = try Self.plan(socket)
        let line = try LaunchLine(asking: plan.server, socket: socket.path, cursor: nil, waits: true)
        let first = try socket.accept()
        CrowdedSocket.answer(first, "201 Created", Self.launch)
        try line.begin()
        let keeper = LaunchKeeper(plan, line)
        #expect(keeper.isOn && keeper.due == nil)

        close(first)
        try socket.fill()
        #expect(keeper.receive() == nil)
        for _ in 0..<3 {
            let due = try #require(keeper.due)
            #expect(due <= .now + .milliseconds(100))
            _ = keeper.goOn(due)
            #expect(keeper.isInterrupted && keeper.number == nil, "nothing was sent, and nothing is awaited")
        }

        try socket.takeAll()
        _ = keeper.goOn(try #require(keeper.due))
        #expect(keeper.number != nil)
        let second = try socket.accept()
        defer { close(second) }
        CrowdedSocket.answer(second, "201 Created", Self.launch)
        guard case .goesOn = keeper.receive() else {
            Issue.record("it does not say that it goes on")
            return
        }
        #expect(keeper.isOn && !keeper.isInterrupted)
    }

    @Test("a vault that puts a launch off is asked again, and one that refuses it is believed")
    func putOff() throws {
        let socket = try CrowdedSocket()
        let plan = try Self.plan(socket, ["TOKEN=notes/api"])
        let line = try LaunchLine(asking: plan.server, socket: socket.path, cursor: nil, waits: true)
        let first = try socket.accept()
        CrowdedSocket.answer(first, "201 Created", Self.launch)
        try line.begin()
        let keeper = LaunchKeeper(plan, line)
        close(first)
        #expect(keeper.receive() == nil)
        func answer(_ status: String, _ code: String) throws -> LaunchKeeper.Report? {
            _ = keeper.goOn(try #require(keeper.due))
            let connection = try socket.accept()
            defer { close(connection) }
            let words = #""message":"No.","request_id":"req_1""#
            CrowdedSocket.answer(connection, status, "{\"error\":{\"code\":\"\(code)\",\(words)}}")
            return keeper.receive()
        }
        for _ in 0..<12 {
            if case .refused = try answer("503 Service Unavailable", "unavailable") {
                Issue.record("it passes")
            }
            #expect(keeper.isInterrupted)
        }
        guard case .refused(.refused(.denied, .launch, _)) = try answer("403 Forbidden", "denied") else {
            Issue.record("it stands")
            return
        }
        #expect(!keeper.isOn && !keeper.isInterrupted)
    }

    @Test("values are asked for while the launch is on alone: to anybody else the vault says no")
    func whileInterrupted() throws {
        let socket = try CrowdedSocket()
        var watch = EnvironmentWatch(try Self.plan(socket, ["TOKEN=notes/api"]))
        watch.askLater()
        for _ in 0..<3 {
            let due = try #require(watch.due)
            let finding = watch.goOn(due, isOn: false)
            #expect(finding == nil && !watch.isSettled && watch.number == nil && !socket.isAsked)
        }
        let due = try #require(watch.due)
        let finding = watch.goOn(due, isOn: true)
        #expect(finding == nil && watch.number != nil && socket.isAsked)
        // Where there is no place it is asked again.
        try socket.fill()
        guard case .unanswered = watch.ask() else {
            Issue.record("it was asked")
            return
        }
        #expect(!watch.isSettled && watch.number == nil)
    }
}
