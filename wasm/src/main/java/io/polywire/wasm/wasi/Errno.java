package io.polywire.wasm.wasi;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Error numbers of WASI preview 1. */
final class Errno {
    static final int SUCCESS = 0;
    static final int ACCES = 2;
    static final int BADF = 8;
    static final int EXIST = 20;
    static final int FAULT = 21;
    static final int INVAL = 28;
    static final int IO = 29;
    static final int ISDIR = 31;
    static final int LOOP = 32;
    static final int NOENT = 44;
    static final int NOTDIR = 54;
    static final int NOTEMPTY = 55;
    static final int NOTSOCK = 57;
    static final int NOTSUP = 58;
    static final int SPIPE = 70;
    static final int NOTCAPABLE = 76;

    /** Thrown inside of a WASI function to return an error number. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int errno;

        Failure(int errno) {
            super("errno " + errno, null, false, false);
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    private Errno() {}

    static int of(IOException e) {
        return switch (e) {
            case NoSuchFileException x -> NOENT;
            case FileAlreadyExistsException x -> EXIST;
            case DirectoryNotEmptyException x -> NOTEMPTY;
            case NotDirectoryException x -> NOTDIR;
            case AccessDeniedException x -> ACCES;
            case FileSystemLoopException x -> LOOP;
            default -> IO;
        };
    }
}
