/**
 * Events of a changing set of directories. Each is watched by itself and not by its files: an editor replaces a file, and a
 * ConfigMap swaps a symbolic link, and in both cases a watch on the file would stay with what is gone.
 */

import { type FSWatcher, statSync, watch } from 'node:fs';

export interface DirectoryWatch {
  /** Watches these from now on, and no others. */
  set(directories: readonly string[]): Rearmed;
  close(): void;
}

export interface Rearmed {
  /** Were not watched before: what happened in them so far went unseen. */
  readonly added: readonly string[];
  /** Cannot be watched. */
  readonly unwatched: readonly string[];
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/** `onEvent`: something in `directory` changed; `name` is the entry, where the system tells. */
export function watchDirectories(onEvent: (directory: string, name: string | null) => void): DirectoryWatch {
  const watched = new Map<string, Watched>();
  const drop = (directory: string) => {
    watched.get(directory)?.watcher.close();
    watched.delete(directory);
  };
  const add = (directory: string): 'kept' | 'added' | 'unwatched' => {
    try {
      const inode = statSync(directory).ino;
      // Removed and made again under the same name: the old watch hears nothing of the new one.
      if (watched.get(directory)?.inode === inode) return 'kept';
      drop(directory);
      const watcher = watch(directory, { persistent: false }, (_, name) => onEvent(directory, name));
      watcher.on('error', () => drop(directory));
      watched.set(directory, { watcher, inode });
      return 'added';
    } catch {
      drop(directory);
      return 'unwatched';
    }
  };
  return {
    set(directories) {
      const wanted = new Set(directories);
      for (const directory of watched.keys()) if (!wanted.has(directory)) drop(directory);
      const now = Map.groupBy(wanted, add);
      return { added: now.get('added') ?? [], unwatched: now.get('unwatched') ?? [] };
    },
    close() {
      for (const directory of watched.keys()) drop(directory);
    },
  };
}
