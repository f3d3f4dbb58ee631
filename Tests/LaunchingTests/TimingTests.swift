import Glibc
import Testing
import UnixHTTP
import WarderWire

@testable import Launching

/// How long a launcher waits for what.
@Suite struct TimingTests {
    private static let start = ContinuousClock.now

    @Test("a server whose client is done is asked, and then made to, each once and within two seconds")
    func ending() {
        var termination = Termination.afterClient(Self.start, hearsClient: true)
        #expect(termination.take(at: Self.start + .milliseconds(699)).isEmpty)
        #expect(termination.take(at: Self.start + .milliseconds(700)) == [SIGTERM])
        #expect(termination.due == Self.start + .milliseconds(1300))
        #expect(termination.take(at: Self.start + .milliseconds(1300)) == [SIGKILL])
        #expect(termination.due == nil && termination.take(at: Self.start + .seconds(9)).isEmpty)
    }

    @Test("a launcher has ended two seconds after its client closed its end, whatever its server left behind")
    func wholeEnding() {
        let end = Self.start + Termination.whole
        #expect(end < Self.start + .seconds(2))
        // A server that is killed leaves others behind, which are asked, and then made to.
        let killed = Self.start + .milliseconds(1300)
        let times = Clearing.Times(killed, before: end)
        #expect(times.patience == Self.start + .milliseconds(1600) && times.limit == end)
        // One that ended by itself leaves them more time, and no more than there is.
        let early = Clearing.Times(Self.start, before: end)
        #expect(early.patience == Self.start + .milliseconds(300) && early.limit == Self.start + .milliseconds(1300))
        // One that ended in the last moment leaves time enough to look twice.
        let late = Clearing.Times(end, before: end)
        #expect(late.patience == end && late.limit == end + .milliseconds(100) && late.limit < Self.start + .seconds(2))
        #expect(Clearing.Times(end - .milliseconds(1), before: end).limit > end)
        // Nobody waits.
        #expect(Clearing.Times(Self.start).limit == Self.start + .milliseconds(1300))
    }

    @Test("one whose values are taken away is asked at once, and one that was not looked at meanwhile gets both")
    func atOnce() {
        var termination = Termination.atOnce(Self.start)
        #expect(termination.take(at: Self.start) == [SIGTERM] && !termination.hearsClient)
        var late = Termination.ofOld(Self.start, isPiped: true)
        #expect(late.take(at: Self.start + .seconds(1)) == [SIGTERM, SIGKILL])
    }

    @Test("a daemon that is away is asked soon, and one that refuses twice as late each time, up to a minute")
    func backoff() {
        var backoff = Backoff()
        let away = LaunchFault.unreachable(.closed)
        #expect(
            (0..<6).map { _ in backoff.delay(after: away) } == Array(repeating: .milliseconds(100), count: 5) + [
                .seconds(2)
            ]
        )
        backoff.reset()
        let refused = LaunchFault.refused(.denied, .launch, requestID: "r")
        #expect(
            (0..<8).map { _ in backoff.delay(after: refused) } == [2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) }
        )
        #expect(
            backoff.delay(after: .refused(.sealed, .launch, requestID: "r")) == .seconds(2),
            "it may be open in a moment"
        )
        #expect(backoff.delay(after: refused) == .seconds(2))
    }

    @Test("what an open vault puts off is asked for soon, and then less and less often: each time is an event")
    func puttingOff() {
        var backoff = Backoff()
        let putOff = LaunchFault.refused(.unavailable, .launch, requestID: "r")
        let delays = (0..<12).map { _ in backoff.delay(after: putOff) }
        #expect(delays.prefix(5).allSatisfy { $0 == .milliseconds(100) })
        #expect(Array(delays.dropFirst(5)) == [2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(backoff.delay(after: .unreachable(.closed)) == .seconds(2))
        #expect(backoff.delay(after: putOff) == .seconds(2), "it was away in between")
        #expect(backoff.refusals == 0)
    }

    @Test("a refusal is what stands until somebody changes something")
    func refusals() {
        let codes: [ErrorCode] = [.denied, .notFound, .approvalRequired]
        for code in codes { #expect(LaunchFault.refused(code, .launch, requestID: "").isRefusal) }
        let passing: [ErrorCode] = [.sealed, .unavailable, .rateLimited, .restoredVault, .conflict]
        for code in passing { #expect(!LaunchFault.refused(code, .launch, requestID: "").isRefusal) }
        #expect(!LaunchFault.unreachable(.timedOut).isRefusal && !LaunchFault.malformed.isRefusal)
    }

    @Test("waiting ends when something is due, and names what has happened")
    func polling() {
        var ends: [Int32] = [-1, -1]
        #expect(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        var poll = Poll()
        poll.add(.launch, nil, Poll.readable)
        poll.add(.values, -1, Poll.readable)
        poll.add(.fromServer, ends[0], Poll.readable)
        let begin = ContinuousClock.now
        #expect(poll.wait(until: begin + .milliseconds(20)).isEmpty)
        #expect(ContinuousClock.now >= begin + .milliseconds(20))
        poll.add(.toServer, ends[1], Poll.writable)
        #expect(poll.wait(until: nil) == [.toServer: Poll.writable])
    }
}
