import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

// The least that an HTTP server on SwiftNIO costs: one event loop, NIO's own HTTP pipeline, and a handler that answers
// every request with the same few bytes. Asks nobody who they are, decides nothing, writes nothing down.

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: http-floor SOCKET\n".utf8))
    exit(2)
}
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
let server = try await ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 4096)
    .childChannelOption(.maxMessagesPerRead, value: 4)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
            try pipeline.addHandler(FixedAnswer())
        }
    }
    .bind(unixDomainSocketPath: CommandLine.arguments[1])
    .get()
try await server.closeFuture.get()
