// How many CPUs this process may use.
#ifndef TDSL_SOURCE_CPUS_HPP
#define TDSL_SOURCE_CPUS_HPP

namespace tdsl {

// Those that its affinity allows, and not more than its control groups grant it the time of; at least 1.
int usable_cpus();

// The same for a process whose groups are listed in the file `groups`, below the folder `root`; 0: no limit.
int granted_cpus(const char *groups, const char *root);

}  // namespace tdsl

#endif
