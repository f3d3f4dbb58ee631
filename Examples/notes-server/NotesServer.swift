import Foundation
import NIOCore
import NIOPosix
import WarderClient

/// An MCP server over stdio with one tool, which resolves its credential at the moment it is called.
///
/// What belongs to the vault is in NotesTool.swift; the rest is the part of MCP that an SDK would otherwise do.
@main
struct NotesServer {
    /// Bytes of one message.
    static let longestLine = 1 << 20
    /// Messages that are worked on at the same time; standard input waits for one of them to end.
    static let concurrentMessages = 8

    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, arguments[1] == "--upstream", let upstream = URL(string: arguments[2]) else {
            stop("usage: example-notes-server --upstream http://127.0.0.1:PORT", status: 2)
        }
        do {
            // Connects when the tool is first called: the host starts its servers whether the vault is there or not.
            let warder = try WarderClient()
            try await serve(Messages(tool: NotesTool(warder: warder, upstream: upstream)))
            await warder.close()
        } catch {
            stop("example-notes-server: \(error)", status: 1)
        }
    }

    /// Answers messages from standard input until it ends.
    private static func serve(_ messages: Messages) async throws {
        let stream = try await NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            // The end of the input ends the server, after the answers to what came before it.
            .channelOption(.allowRemoteHalfClosure, value: true)
            .takingOwnershipOfDescriptors(input: STDIN_FILENO, output: STDOUT_FILENO) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let lines = ByteToMessageHandler(LineDecoder(), maximumBufferSize: longestLine)
                    try channel.pipeline.syncOperations.addHandler(lines)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await stream.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                var running = 0
                for try await line in inbound {
                    if running == concurrentMessages {
                        try await group.next()
                        running -= 1
                    }
                    running += 1
                    group.addTask {
                        guard let answer = await messages.answer(to: Array(line.readableBytesView)) else { return }
                        try await outbound.write(ByteBuffer(bytes: answer))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func stop(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}

/// Cuts a stream into lines; the line feed is left out.
struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let line = buffer.readSlice(length: end - buffer.readerIndex)
        else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(wrapInboundOut(line))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool
    ) -> DecodingState {
        // Half a message at the end of the input is none.
        buffer.clear()
        return .needMoreData
    }
}
