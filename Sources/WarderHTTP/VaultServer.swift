import Glibc
import Locking
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
package import WarderCore
import WarderLinux
package import WarderModel

/// Listens on the vault's sockets and hands their connections over.
package final class VaultServer: Sendable {
    private let context: ServerContext
    private let group: MultiThreadedEventLoopGroup
    private let channels = Locked<[any Channel]>([])
    private let rosters: [ObjectIdentifier: NIOLoopBound<ConnectionRoster>]

    /// `eventLoops`: one is best on small machines; the writer's thread does the rest.
    package init(_ context: ServerContext, eventLoops: Int) {
        self.context = context
        group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops)
        var rosters: [ObjectIdentifier: NIOLoopBound<ConnectionRoster>] = [:]
        for loop in group.makeIterator() {
            rosters[ObjectIdentifier(loop)] = NIOLoopBound.makeCompletingOnLoop(loop)
        }
        self.rosters = rosters
    }

    /// Starts to accept on a listening socket that is open already.
    package func listen(on socket: Int32, as kind: Caller.Door) async throws {
        let door = Door(kind, limits: context.limits)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.admit(channel, door) }.flatMap { guest in
                    self.readExecutableIfNeeded(guest, channel, door).flatMapThrowing { guest in
                        do { try self.serve(channel, door, guest.check, guest.seat) } catch {
                            door.gate.leave(guest.seat)
                            throw error
                        }
                    }
                }
            }
            .withBoundSocket(socket)
            .get()
        channels.withLock { $0.append(channel) }
    }

    /// Stops accepting, lets requests under way finish for a moment, and closes.
    package func shutDown() async {
        for channel in channels.withLock({ $0 }) { try? await channel.close() }
        let patience = TimeAmount.seconds(context.limits.drainSeconds)
        for (_, roster) in rosters {
            try? await roster.eventLoop.flatSubmit { roster.value.drain(within: patience) }.get()
        }
        try? await group.shutdownGracefully()
        await context.stopSlowWork()
    }

    /// Writes down who was turned away since the last time. What cannot be written is counted on.
    ///
    /// `atTheEnd`: there is no next time.
    /// - Returns: why something is not on disk.
    package func writeDownTurnedAway(atTheEnd: Bool = false) async -> Refusal? {
        var failure: Refusal?
        for turnedAway in takeTurnedAway() {
            do throws(Refusal) {
                if let failure { throw failure }
                try await context.vault.record(turnedAway, atTheEnd: atTheEnd)
            } catch {
                context.unknownUsage.add(turnedAway)
                failure = error
            }
        }
        return failure
    }

    /// Counts since the last call.
    package func takeTurnedAway() -> [TurnedAway] {
        context.clientUsage.forgetIdle(at: .now)
        context.accepts.forgetIdle(at: .now)
        for counted in context.vault.takeCountedAttempts() { context.unknownUsage.add(counted) }
        return context.unknownUsage.take()
    }

    /// A peer whose place is counted.
    private struct Guest: Sendable {
        var check: PeerCheck
        let seat: Seat
        var mustRead: Bool
    }

    /// Asks the kernel who has connected, and gives them a place or turns them away.
    private func admit(_ channel: any Channel, _ door: Door) throws -> Guest {
        let socket = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            $0
        }
        guard let socket else { throw ChannelError.inappropriateOperationForState }
        let isCertainStranger = try turnAwayEarly(socket, door)
        let attested = try context.attestor.open(socket: socket)
        if door.kind == .worker, !context.workers.admits(attested) {
            context.statistics.connectionTurnedAway()
            context.unknownUsage.add(.unknown, uid: attested.credentials.uid)
            throw ChannelError.ioOnClosedChannel
        }
        var check = PeerCheck(
            attested,
            vault: context.vault,
            launches: door.kind == .client ? context.launches : nil
        )
        var mustRead = false
        var isStranger = isCertainStranger
        do throws(PeerCheck.Failure) {
            let standing = try check.look().standing
            isStranger = door.kind == .client && context.vault.phase == .unsealed && standing == .stranger
        } catch {
            guard case .mustRead(let matchesOtherwise) = error else { throw error }
            mustRead = true
            // Where nothing but its executable could make it known, it is a stranger until that was read.
            isStranger = !matchesOtherwise
        }
        return Guest(check: check, seat: try seat(channel, door, check.uid, isStranger: isStranger), mustRead: mustRead)
    }

    /// Asks only for the user, and closes at once on whom no server could match where strangers have had their share:
    /// nothing is opened or read for them.
    /// - Returns: whether the peer is a stranger for certain.
    private func turnAwayEarly(_ socket: Int32, _ door: Door) throws -> Bool {
        guard door.kind == .client else { return false }
        let peer = try context.attestor.credentials(of: socket)
        let isStranger = context.accepts.isStranger(peer.uid)
        guard context.accepts.take(peer.uid, isStranger: isStranger, at: .now),
            !isStranger || door.gate.hasRoomForStrangers
        else {
            context.statistics.connectionTurnedAway()
            context.unknownUsage.add(.limited, uid: peer.uid)
            throw ChannelError.ioOnClosedChannel
        }
        return isStranger
    }

    /// A place at the door, counted as what the peer is.
    private func seat(_ channel: any Channel, _ door: Door, _ uid: UInt32, isStranger: Bool) throws -> Seat {
        let statistics = context.statistics
        let seat = door.gate.enter(isStranger ? .unknown : .user(uid)) {
            statistics.connectionTurnedAway()
            channel.close(promise: nil)
        }
        guard let seat else {
            statistics.connectionTurnedAway()
            if isStranger { context.unknownUsage.add(.limited, uid: uid) }
            throw ChannelError.ioOnClosedChannel
        }
        return seat
    }

    /// A large executable is read on a thread for that, while the connection is not yet served; whoever turns out to be
    /// known gives the place of a stranger back for one of their own.
    private func readExecutableIfNeeded(
        _ guest: Guest,
        _ channel: any Channel,
        _ door: Door
    ) -> EventLoopFuture<Guest> {
        guard guest.mustRead else { return channel.eventLoop.makeSucceededFuture(guest) }
        let done = channel.eventLoop.makePromise(of: PeerCheck.self)
        context.hashing.add(of: guest.check.uid) { isOpen in
            guard isOpen else { return done.fail(ChannelError.ioOnClosedChannel) }
            var check = guest.check
            check.readExecutable()
            done.succeed(check)
        }
        return done.futureResult.flatMapThrowing { check in
            do { return try self.reseat(Guest(check: check, seat: guest.seat, mustRead: false), channel, door) } catch {
                door.gate.leave(guest.seat)
                throw error
            }
        }
    }

    private func reseat(_ guest: Guest, _ channel: any Channel, _ door: Door) throws -> Guest {
        var guest = guest
        guard guest.seat.share == .unknown, try guest.check.look().standing != .stranger else { return guest }
        door.gate.leave(guest.seat)
        let seat = try seat(channel, door, guest.check.uid, isStranger: false)
        return Guest(check: guest.check, seat: seat, mustRead: false)
    }

    private func serve(
        _ channel: any Channel,
        _ door: Door,
        _ check: PeerCheck,
        _ seat: Seat
    ) throws {
        guard let roster = rosters[ObjectIdentifier(channel.eventLoop)]?.value else {
            throw ChannelError.inappropriateOperationForState
        }
        let connection = Connection(door: door, server: context, check: check, seat: seat, outbox: roster.outbox)
        let decoder = context.limits.requestDecoder
        try channel.pipeline.syncOperations.addHandlers([
            FirstByteWatch(connection), ByteToMessageHandler(decoder), connection,
        ])
        roster.add(connection, channel)
    }
}
