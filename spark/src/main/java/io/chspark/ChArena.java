package io.chspark;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.unsafe.Platform;

/**
 * Native memory of one batch that is being built: structs and texts of a fixed place, and buffers
 * that grow. All of it is freed by {@link #close}. Used by one thread.
 */
final class ChArena implements AutoCloseable {
  /** Bytes behind each other that grow at their end; their address changes when they do. */
  static final class Buffer {
    private final ChArena arena;
    private long address;
    private long capacity;
    private long size;

    private Buffer(ChArena arena) {
      this.arena = arena;
    }

    /** Room for {@code bytes} more at the end; the address of the first of them. */
    long add(long bytes) {
      if (size + bytes > capacity) {
        long wanted = Math.max(size + bytes, Math.max(256, 2 * capacity));
        address = Platform.reallocateMemory(address, size, wanted);
        capacity = wanted;
      }
      size += bytes;
      arena.usedBytes += bytes;
      return address + size - bytes;
    }

    long address() {
      return address;
    }

    long size() {
      return size;
    }

    private void clear() {
      size = 0;
    }

    private void free() {
      if (address != 0) {
        Platform.freeMemory(address);
        address = 0;
      }
    }
  }

  private final List<Long> places = new ArrayList<>();
  private final List<Buffer> buffers = new ArrayList<>();
  private long usedBytes;

  /** Zeroed memory that stays where it is. */
  long place(long bytes) {
    long address = Platform.allocateMemory(bytes);
    places.add(address);
    Platform.setMemory(address, (byte) 0, bytes);
    return address;
  }

  /** The text in UTF-8, ended by a zero byte. */
  long text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long address = place(bytes.length + 1L);
    Platform.copyMemory(bytes, Platform.BYTE_ARRAY_OFFSET, null, address, bytes.length);
    return address;
  }

  Buffer buffer() {
    Buffer buffer = new Buffer(this);
    buffers.add(buffer);
    return buffer;
  }

  /** Bytes in all buffers. */
  long usedBytes() {
    return usedBytes;
  }

  /** Of the memory behind all buffers. */
  long heldBytes() {
    return buffers.stream().mapToLong(buffer -> buffer.capacity).sum();
  }

  /** Empties all buffers and keeps their memory. */
  void clear() {
    buffers.forEach(Buffer::clear);
    usedBytes = 0;
  }

  @Override
  public void close() {
    buffers.forEach(Buffer::free);
    places.forEach(Platform::freeMemory);
    places.clear();
  }
}
